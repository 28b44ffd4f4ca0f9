import type { Child } from 'hono/jsx';

/** Something that most readers can skip, behind its summary. */
export function Details({ summary, open = false, children }: { summary: Child; open?: boolean; children: Child }) {
  return (
    <details class="ds-details app-details" open={open}>
      <summary>{summary}</summary>
      <div>{children}</div>
    </details>
  );
}
