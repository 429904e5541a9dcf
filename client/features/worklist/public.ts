export { useHeldClaims } from "./use-held-claims";
