export { ClaimMenu } from "./parts/claim-menu";
export { findStudies } from "./source";
export { useHeldClaims } from "./use-held-claims";
export { useListKeptTrue } from "./use-worklist";
