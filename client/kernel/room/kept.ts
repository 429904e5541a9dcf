/** Shared documents of which this browser keeps something for that person (unsent edits, or edits that the hub did not take). */
export async function keptDocuments(personId: string, startsWith: string): Promise<string[]> {
  const lead = `readroom:${personId}:`;
  const names = (await indexedDB.databases?.().catch(() => [])) ?? [];
  const documents = names.flatMap(({ name }) =>
    name?.startsWith(lead + startsWith) ? [name.slice(lead.length).replace(/:late$/, "")] : [],
  );
  return [...new Set(documents)].sort();
}
