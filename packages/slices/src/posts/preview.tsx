import type { GroupRow } from '@joinery/slices/groups';
import { type Language, Notice, Panel, type Reader, renderMarkdown } from '@joinery/ui';
import { messages } from './messages.ts';
import type { C } from './page.ts';
import { unreachedIn } from './unreached.ts';

/** A text as it will look, and whom it mentions in vain. */
export type PreviewModel = { html: string; unreached: readonly string[] };

/** @param source Markdown, as it was typed */
export async function previewOf(c: C, group: GroupRow, source: string): Promise<PreviewModel> {
  const { context, language } = c.var;
  return { html: renderMarkdown(source), unreached: await unreachedIn(context, group, source, language) };
}

/** What was typed, as it will look. */
export function Preview({ preview, reader, level }: { preview: PreviewModel; reader: Reader; level: 2 | 3 }) {
  const unreached = unreachedText(preview.unreached, reader.language);
  return (
    <>
      {unreached ? (
        <Notice kind="warning" language={reader.language}>
          {unreached}
        </Notice>
      ) : null}
      <Panel title={messages(reader.language)('previewTitle')} id="preview" level={level}>
        <div class="app-content" dangerouslySetInnerHTML={{ __html: preview.html }} />
      </Panel>
    </>
  );
}

/** A warning about people who are mentioned and may not be able to read it; null when there are none. */
export function unreachedText(names: readonly string[], language: Language): string | null {
  return names.length === 0 ? null : messages(language)('unreached', { names: names.join(', ') });
}
