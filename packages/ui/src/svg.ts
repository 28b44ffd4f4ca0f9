import sanitizeHtml from 'sanitize-html';

const shapes = ['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon'];
const structure = ['svg', 'g', 'defs', 'title', 'desc', 'linearGradient', 'radialGradient', 'stop', 'clipPath', 'mask'];
/** What drawing programs leave behind, and what is not seen. */
const unseen = /^(?:metadata|script|[\w-]+:[\w-]+)$/;

const geometry = [
  ...[
    'd',
    'points',
    'x',
    'y',
    'x1',
    'x2',
    'y1',
    'y2',
    'cx',
    'cy',
    'r',
    'rx',
    'ry',
    'fx',
    'fy',
    'fr',
    'width',
    'height',
  ],
  ...['viewBox', 'preserveAspectRatio', 'transform', 'gradientTransform', 'gradientUnits', 'spreadMethod', 'offset'],
  ...['clipPathUnits', 'maskUnits', 'maskContentUnits', 'pathLength', 'id'],
];
const paint = [
  ...[
    'fill',
    'fill-opacity',
    'fill-rule',
    'clip-rule',
    'clip-path',
    'mask',
    'stroke',
    'stroke-width',
    'stroke-opacity',
  ],
  ...['stroke-linecap', 'stroke-linejoin', 'stroke-miterlimit', 'stroke-dasharray', 'stroke-dashoffset', 'opacity'],
  ...['stop-color', 'stop-opacity', 'display', 'visibility', 'mask-type'],
];
// Words, numbers, colours, and references within the drawing.
const harmless = /^(?:url\(\s*["']?#[\w.-]+["']?\s*\)|[\w\s#.,%()+-]+)$/;
const leadsOutside = (value: string) => /url\s*\(/i.test(value) && !harmless.test(value);

export type CleanSvg = { ok: true; svg: string } | { ok: false; fault: 'not_svg' | 'no_size' | 'part'; part?: string };

/**
 * A drawing with nothing in it but shapes and their colours: no script, style sheet, text, picture, link or reference to anything outside.
 * What a reader would miss is not taken out silently: such a drawing is refused, with the name of the part.
 */
export function cleanSvg(source: string): CleanSvg {
  if (
    /<!ENTITY/i.test(source) ||
    !/^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--[\s\S]*?-->\s*|<!DOCTYPE[^>[]*>\s*)*<svg[\s>]/.test(source)
  )
    return { ok: false, fault: 'not_svg' };
  let missing: string | undefined;
  const svg = sanitizeHtml(source, {
    parser: { xmlMode: true, lowerCaseTags: false, lowerCaseAttributeNames: false, decodeEntities: true },
    allowedTags: [...shapes, ...structure],
    allowedAttributes: { '*': [...geometry, ...paint, 'style'], svg: ['xmlns', ...geometry, ...paint, 'style'] },
    allowedStyles: { '*': Object.fromEntries(paint.map((name) => [name, [harmless]])) },
    disallowedTagsMode: 'completelyDiscard',
    allowedSchemes: [],
    nestingLimit: 40,
    onOpenTag: (name) => {
      if (!shapes.includes(name) && !structure.includes(name) && !unseen.test(name)) missing ??= name;
    },
    transformTags: {
      '*': (tagName, attribs) => ({
        tagName,
        attribs: {
          ...Object.fromEntries(Object.entries(attribs).filter(([, value]) => !leadsOutside(value))),
          ...(tagName === 'svg' ? { xmlns: 'http://www.w3.org/2000/svg' } : {}),
        },
      }),
    },
  }).trim();
  if (missing !== undefined) return { ok: false, fault: 'part', part: missing };
  if (!/^<svg[^>]*\s(?:viewBox="|width="[^"]+"[^>]*\sheight=")/.test(svg)) return { ok: false, fault: 'no_size' };
  return { ok: true, svg };
}
