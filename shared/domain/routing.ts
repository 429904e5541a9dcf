/** The door of routing: what the rest of the house needs of it. Its own rooms import each other directly. */
export { compile, type Prepared } from "./routing/compile.js";
export { RuleCondition } from "./routing/conditions.js";
export { decide, type Explanation, type RoutingDecision, shortMinutes } from "./routing/decide.js";
export type { RuleTrace } from "./routing/explain.js";
export {
  ageInYears,
  type Ground,
  localHour,
  NO_FACTS,
  NOT_BY_HAND,
  type PoolFacts,
  StudyFacts,
  wallClock,
} from "./routing/facts.js";
export { subspecialtyOf } from "./routing/mapping.js";
export { decideFast, type FastDecision, urgencyOfPriority } from "./routing/outcome.js";
export { DEFAULT_RULES, DEFAULT_SET, RoutingRule, RuleAction, RuleSet, SubspecialtyEntry } from "./routing/rules.js";
