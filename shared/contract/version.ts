/**
 * What the client and the hub say to each other, by version: a tab that was opened before an update learns from the number that it must
 * be loaded again. The hash is of every schema in this folder (server/app/contract-version.test.ts); one line for each change.
 */
export const CONTRACT_HISTORY: readonly { readonly version: number; readonly hash: string; readonly what: string }[] = [
  { version: 1, hash: "7e0252a8e98d5302", what: "The first that was counted" },
  {
    version: 2,
    hash: "b14e6cf52449b729",
    what: "Dictation by a speech server; codes of report fields; physicians' numbers; days of priors",
  },
];

export const CONTRACT_VERSION: number = CONTRACT_HISTORY.at(-1)?.version ?? 0;
