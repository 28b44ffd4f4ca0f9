import { people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb } from '../../../../test/harness/web.ts';
import { files } from './index.ts';
import { decodeText, shownBytes, shownMarkdownBytes } from './preview.ts';
import { png } from './testing/pictures.ts';
import { sendFile } from './testing/web.ts';

it('Text is read as UTF-8, by its byte order mark, or as Windows wrote it; what is none is not shown', () => {
  const cases: [bytes: Buffer, isCut: boolean, text: string | null][] = [
    [Buffer.from('één\r\ntwee'), false, 'één\ntwee'],
    [Buffer.from('\ufeffBOM'), false, 'BOM'],
    [Buffer.from('caf\u00e9', 'latin1'), false, 'café'],
    [Buffer.from([0x80, 0x20, 0x31]), false, '€ 1'],
    [Buffer.from('\ufeffé', 'utf16le'), false, 'é'],
    [Buffer.from('\ufeffé', 'utf16le').swap16(), false, 'é'],
    // Cut within a character.
    [Buffer.from('één').subarray(0, 3), true, 'é'],
    [Buffer.from([0x4d, 0x5a, 0, 1, 2, 255]), false, null],
  ];
  for (const [bytes, isCut, text] of cases) expect([bytes, decodeText(bytes, isCut)]).toEqual([bytes, text]);
});

describeStores('The page of a file', (open) => {
  it('shows images, texts, Markdown and tables as what they are, and of others what they are', async () => {
    await using web = await openWeb(open, { slices: [people, files] });
    const anna = await web.account();
    const view = async (name: string, content: string | Uint8Array) => {
      const id = await sendFile(web, anna, name, content);
      const answer = await anna.browser.fetch(`/files/${id}/view`);
      return {
        id,
        status: answer.status,
        policy: answer.headers.get('content-security-policy'),
        html: await answer.text(),
      };
    };
    const image = await view('Badge.png', png());
    expect(image.html).toContain(`<img src="/files/${image.id}" alt="Image Badge.png, without a description"`);
    const text = await view('notes.txt', 'See <script>alert(1)</script>\n\tsecond line');
    expect(text.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\n\tsecond line</pre>');
    const note = await view('read-me.md', '# Head\n\n*soft* <img src=x onerror=alert(1)> [x](javascript:alert(1))');
    expect(note.html).toMatch(/<h3>Head<\/h3>\s*<p><em>soft<\/em> &lt;img/);
    expect(note.html).not.toContain('href="javascript');
    const longNote = await view('long.md', `${'word '.repeat(shownMarkdownBytes / 5)}END\n`);
    expect(longNote.html).toContain('This is the beginning');
    expect(longNote.html).not.toContain('END');
    const table = await view('Kosten.csv', Buffer.from('\ufeffPost;Bedrag\nCaf\u00e9;"1;2"\n\n<b>;3;4\n', 'utf8'));
    for (const cell of ['Post', 'Bedrag', 'Café', '1;2', '&lt;b&gt;', 'Column 3', '2 rows'])
      expect(table.html).toContain(cell);
    const old = await view('oud.csv', Buffer.from('Naam,Plaats\nJos\u00e9,Breda\n', 'latin1'));
    expect(old.html).toContain('José');
    const long = await view('long.csv', `a,b\n${'x,é\n'.repeat(shownBytes / 4)}`);
    expect(long.html).toContain('This is the beginning');
    expect(long.html).toContain('200 rows');
    const pdf = await view('letter.pdf', '%PDF-1.7\n');
    expect(pdf.html).toContain('This opens in the viewer of your browser');
    expect(pdf.html).not.toContain('<iframe');
    for (const [name, content] of [
      ['page.html', '<!doctype html><script>alert(1)</script>'],
      ['data.txt', Buffer.from([0, 1, 2, 3, 250])],
    ] as const)
      expect((await view(name, content)).html).toContain('This cannot be shown here');
    expect((await view('none.txt', '')).html).toContain('There is nothing in this file');
    expect([image.status, image.policy?.includes('frame-src')]).toEqual([200, false]);
  });

  it('frames a PDF from the second address, which lets nothing else be framed and runs nothing', async () => {
    await using web = await openWeb(open, { slices: [people, files] });
    const { context } = web;
    const origin = 'http://media.localhost:20000';
    context.config.files.mediaOrigin = origin;
    web.webApp.removeNode(context);
    web.webApp.addNode(context);
    const anna = await web.account();
    const id = await sendFile(web, anna, 'letter.pdf', '%PDF-1.7\n');
    const page = await anna.browser.fetch(`/files/${id}/view`);
    expect(page.headers.get('content-security-policy')).toContain(`; frame-src ${origin}`);
    const frame = /<iframe[^>]* src="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    expect(frame.startsWith(`${origin}/files/${id}/`)).toBe(true);
    const media = (path: string) =>
      web.webApp.fetch(new Request(`${origin}${path}`, { headers: { host: new URL(origin).host } }));
    const answer = await media(new URL(frame).pathname);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toBe(`sandbox; default-src 'none'; frame-ancestors ${web.origin}`);
    expect(answer.headers.get('x-frame-options')).toBe(null);
    await answer.body?.cancel();
    // By the node's own address nobody frames it.
    const own = await anna.browser.fetch(`/files/${id}`);
    expect(own.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'; frame-ancestors 'none'");
    expect(own.headers.get('x-frame-options')).toBe('DENY');
    await own.body?.cancel();
    const script = await sendFile(web, anna, 'page.html', '<!doctype html><script>alert(1)</script>');
    const led = (await anna.browser.fetch(`/files/${script}`)).headers.get('location') ?? '';
    const dangerous = await media(new URL(led).pathname);
    expect(dangerous.headers.get('content-security-policy')).toMatch(/^sandbox;.*frame-ancestors 'none'/);
    await dangerous.body?.cancel();
  });
});
