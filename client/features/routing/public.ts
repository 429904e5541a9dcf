export { RoutingExplanation } from "./parts/explanation";
