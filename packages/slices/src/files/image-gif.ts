import { type CleanImage, emptyPicture, type ImageSource, keepPart, noteSize } from './image-source.ts';

/** Application blocks that decide how the picture looks: how often it plays. No browser asks for a colour profile in a GIF. */
const needed = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);
const label = { control: 0xf9, comment: 0xfe, application: 0xff };

/** GIF (89a) without comments, XMP and other application blocks, texts, and whatever lies behind the picture. */
export async function cleanGif(source: ImageSource): Promise<CleanImage> {
  const screen = await source.at(0, 13);
  if (screen.length < 13) return null;
  const picture = emptyPicture();
  noteSize(picture, screen.readUInt16LE(6), screen.readUInt16LE(8));
  let at = 13 + coloursOf(screen[10] ?? 0);
  if (at > source.size) return null;
  keepPart(picture, { from: 0, to: at });
  while (at < source.size) {
    const head = await source.at(at, 14);
    if (head[0] === 0x3b) {
      keepPart(picture, { from: at, to: at + 1 });
      return picture;
    }
    const isPicture = head[0] === 0x2c;
    if (!isPicture && head[0] !== 0x21) return null;
    if (isPicture && head.length >= 10) {
      // Browsers make the screen as large as the first picture where that is larger.
      noteSize(picture, head.readUInt16LE(1) + head.readUInt16LE(5), head.readUInt16LE(3) + head.readUInt16LE(7));
      picture.frames += 1;
    }
    // A picture: its place and size, its colours, how its codes begin. Anything else: its label.
    const blocks = isPicture ? at + 10 + coloursOf(head[9] ?? 0) + 1 : at + 2;
    const end = await endOfBlocks(source, blocks);
    // Cut off in the middle of a picture: browsers show what there is.
    if (end === null && isPicture && blocks < source.size) {
      keepPart(picture, { from: at, to: source.size });
      return picture;
    }
    if (end === null) return null;
    const name = head[1] === label.application ? head.toString('latin1', 3, 14) : '';
    if (isPicture || head[1] === label.control || needed.has(name)) keepPart(picture, { from: at, to: end });
    at = end;
  }
  keepPart(picture, Buffer.from([0x3b]));
  return picture;
}

/** Bytes of the table of colours that these flags announce. */
const coloursOf = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

/** Behind the empty block that ends a row of blocks; null where the file ends before it. */
async function endOfBlocks(source: ImageSource, from: number): Promise<number | null> {
  for (let at = from; at < source.size; ) {
    const [length = 0] = await source.at(at, 1);
    at += 1 + length;
    if (length === 0) return at;
  }
  return null;
}
