import { createRequire } from 'node:module';
import type { Language } from '@joinery/ui';

/** A paper in the making: what is added is also read aloud in that order (tagged PDF, ISO 32000-1 §14.8). */
export type Paper = {
  heading: (level: 1 | 2, text: string) => void;
  paragraph: (text: string, style?: 'quiet') => void;
  /** Terms with what they are, below each other. */
  facts: (items: readonly { term: string; value: string }[]) => void;
  /** A table that goes on over pages, its first row repeated on each. @param widths parts of the width, adding up to 1 */
  table: (widths: readonly number[], header: readonly string[], rows: readonly (readonly string[])[]) => void;
  /** Lines to sign on, beside each other. */
  signatures: (names: readonly string[]) => void;
};

const margin = 56;
const [regular, bold] = ['regular', 'bold'];

/** The typeface of the pages, with Latin, Greek and Cyrillic letters; of each only what is used goes into the file. */
const faces = { regular: '400Regular/Inter_400Regular', bold: '700Bold/Inter_700Bold' };

function faceFile(face: keyof typeof faces): string {
  return createRequire(import.meta.url).resolve(`@expo-google-fonts/inter/${faces[face]}.ttf`);
}

/**
 * Makes a PDF on A4 with title and language set, tagged for reading aloud.
 * @param footer stands at the foot of each page, with the number of the page
 */
export async function makePdf(
  options: {
    title: string;
    author: string;
    language: Language;
    landscape?: boolean;
    footer: (page: number, pages: number) => string;
  },
  write: (paper: Paper) => void,
): Promise<Buffer> {
  // Ten megabytes that few requests need.
  const { default: PDFDocument } = await import('pdfkit');
  const doc = new PDFDocument({
    size: 'A4',
    layout: options.landscape ? 'landscape' : 'portrait',
    margins: { top: margin, left: margin, right: margin, bottom: margin + 20 },
    bufferPages: true,
    pdfVersion: '1.7',
    tagged: true,
    lang: options.language,
    displayTitle: true,
    info: { Title: printable(options.title), Author: printable(options.author), Creator: 'Joinery' },
  });
  for (const face of ['regular', 'bold'] as const) doc.registerFont(face, faceFile(face));
  const chunks: Buffer[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  write(paperOn(doc));
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(page);
    // Below the margin, or it would begin a new page.
    doc.page.margins.bottom = 0;
    doc.markContent('Artifact', { type: 'Pagination' });
    doc.font(regular).fontSize(8).fillColor('#555555');
    doc.text(printable(options.footer(page + 1, count)), margin, doc.page.height - margin, { lineBreak: false });
    doc.endMarkedContent();
  }
  doc.end();
  await finished;
  return Buffer.concat(chunks);
}

function paperOn(doc: PDFKit.PDFDocument): Paper {
  const root = doc.struct('Document');
  doc.addStructure(root);
  const width = () => doc.page.width - 2 * margin;
  const tagged = (type: string, draw: () => void) => root.add(doc.struct(type, {}, draw));
  const breakBefore = (height: number) => {
    if (doc.y + height > doc.page.height - doc.page.margins.bottom) doc.addPage();
  };
  return {
    heading: (level, text) => {
      doc.moveDown(level === 1 ? 0 : 0.6);
      doc
        .font(bold)
        .fontSize(level === 1 ? 18 : 11)
        .fillColor('#111111');
      tagged(`H${level}`, () => doc.text(printable(text), margin, doc.y, { width: width() }));
      doc.moveDown(0.3);
    },
    paragraph: (text, style) => {
      doc
        .font(regular)
        .fontSize(style === 'quiet' ? 8.5 : 9.5)
        .fillColor(style === 'quiet' ? '#555555' : '#111111');
      tagged('P', () => doc.text(printable(text), margin, doc.y, { width: width(), lineGap: 1.5 }));
      doc.moveDown(0.4);
    },
    facts: (items) => {
      const first = width() * 0.32;
      const list = doc.struct('L');
      root.add(list);
      for (const { term, value } of items) {
        const [label, text] = [printable(term), printable(value)];
        doc.font(regular).fontSize(9);
        const height = Math.max(
          doc.heightOfString(label, { width: first - 12 }),
          doc.heightOfString(text, { width: width() - first }),
        );
        breakBefore(height);
        const { y } = doc;
        const item = doc.struct('LI');
        list.add(item);
        item.add(doc.struct('Lbl', {}, () => doc.fillColor('#555555').text(label, margin, y, { width: first - 12 })));
        item.add(
          doc.struct('LBody', {}, () =>
            doc.fillColor('#111111').text(text, margin + first, y, { width: width() - first }),
          ),
        );
        item.end();
        doc.y = y + height + 2;
      }
      list.end();
      doc.moveDown(0.4);
    },
    table: (widths, header, rows) => {
      const table = doc.struct('Table');
      root.add(table);
      const height = (cells: readonly string[]) =>
        Math.max(
          ...cells.map((cell, index) => doc.heightOfString(cell, { width: width() * (widths[index] ?? 0) - 8 })),
        );
      const drawRow = (cells: readonly string[], draw: (drawCell: () => void) => void) => {
        const { y } = doc;
        let left = margin;
        for (const [index, cell] of cells.entries()) {
          const cellWidth = width() * (widths[index] ?? 0);
          const at = left;
          draw(() => doc.text(cell, at, y, { width: cellWidth - 8 }));
          left += cellWidth;
        }
        doc.y = y + height(cells) + 6;
      };
      const line = (cells: readonly string[], kind: 'TH' | 'TD') => {
        const row = doc.struct('TR');
        table.add(row);
        drawRow(cells, (drawCell) => row.add(doc.struct(kind, {}, drawCell)));
        row.end();
      };
      // Seen, and not read aloud again.
      const repeat = (cells: readonly string[]) => {
        doc.markContent('Artifact', { type: 'Pagination' });
        drawRow(cells, (drawCell) => drawCell());
        doc.endMarkedContent();
      };
      const style = (head: boolean) =>
        doc
          .font(head ? bold : regular)
          .fontSize(8.5)
          .fillColor('#111111');
      const head = header.map(printable);
      style(true);
      line(head, 'TH');
      for (const row of rows) {
        const cells = row.map(printable);
        style(false);
        if (doc.y + height(cells) > doc.page.height - doc.page.margins.bottom) {
          doc.addPage();
          style(true);
          repeat(head);
          style(false);
        }
        line(cells, 'TD');
      }
      table.end();
    },
    signatures: (names) => {
      const part = width() / names.length;
      breakBefore(64);
      const y = doc.y + 34;
      doc.markContent('Artifact', { type: 'Layout' });
      names.forEach((_name, index) => {
        const left = margin + index * part;
        doc
          .moveTo(left, y)
          .lineTo(left + part - 24, y)
          .lineWidth(0.7)
          .strokeColor('#555555')
          .stroke();
      });
      doc.endMarkedContent();
      doc.font(regular).fontSize(9).fillColor('#555555');
      for (const [index, name] of names.entries())
        tagged('P', () => doc.text(printable(name), margin + index * part, y + 5, { width: part - 24 }));
    },
  };
}

/** Letters of the typeface's scripts and signs that several scripts share. */
const known = /^[\n\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]$/u;
const unseen = /^(?!\n)[\p{C}\p{Extended_Pictographic}]$/u;

/** Text as the typeface can show it: signs that cannot be seen go, letters that it lacks become question marks. */
export function printable(text: string): string {
  return [...text.normalize('NFC')]
    .map((letter) => {
      // Ligatures of other typefaces, wide letters: what they stand for.
      const plain = /[\ufb00-\ufb06\uff01-\uff5e]/.test(letter) ? letter.normalize('NFKC') : letter;
      if (/^(?!\n)\p{C}$/u.test(plain)) return '';
      return [...plain].every((one) => known.test(one) && !unseen.test(one)) ? plain : '?';
    })
    .join('');
}
