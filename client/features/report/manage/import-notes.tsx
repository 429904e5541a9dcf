import { Alert } from "@mantine/core";

/** What of an imported template was left out, so that nobody believes it to be whole. */
export function ImportNotes({ source, notes }: { source: string; notes: readonly string[] }) {
  if (notes.length === 0) return source ? <p>Imported whole from {source}.</p> : null;
  return (
    <Alert color="yellow" variant="light" title={`Imported${source ? ` from ${source}` : ""}: what to look at`}>
      <ul style={{ margin: 0, paddingLeft: 20 }}>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </Alert>
  );
}
