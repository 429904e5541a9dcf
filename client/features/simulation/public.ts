export { ComparisonView } from "./parts/comparison";
export { ForecastChart } from "./parts/forecast-chart";
export { startSimulation, useForecast, useSimulation, useSimulations } from "./source";
