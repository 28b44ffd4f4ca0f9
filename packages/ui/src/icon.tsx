/** Outlines on a 24-unit grid. They only repeat what the words beside them say, so assistive technology skips them. */
const outlines = {
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  chevron: 'M9 5l7 7-7 7',
  clip: 'M19.5 11.5l-7.6 7.6a4.9 4.9 0 0 1-7-7l8.1-8a3.3 3.3 0 0 1 4.6 4.6l-8 8.1a1.6 1.6 0 0 1-2.3-2.3l7.4-7.4',
  close: 'M6 6l12 12M18 6L6 18',
  comment: 'M4 5h16v11H9l-5 4z',
  down: 'M5 9l7 7 7-7',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  folder: 'M3 6h6l2 2.5h10V19H3z',
  heart: 'M12 20s-7.5-4.6-7.5-10A4.2 4.2 0 0 1 12 7.6 4.2 4.2 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10z',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.5v.5',
  inbox: 'M4 13l2.5-8h11L20 13v6H4zM4 13h5l1.5 2.5h3L15 13h5',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  menu: 'M4 7h16M4 12h16M4 17h16',
  node: 'M12 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM5 22a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM19 22a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10.7 7.7L6.3 16.3M13.3 7.7l4.4 8.6M8 19h8',
  pin: 'M9 3h6l-1 6 4 4H6l4-4zM12 13v8',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17v.5',
} as const;

export type IconName = keyof typeof outlines;

/** A decorative drawing in the colour of the text around it. How its lines are drawn is in the style sheet: a page has fifty of them. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="app-icon" aria-hidden="true" viewBox="0 0 24 24" width="20" height="20">
      <path d={outlines[name]} />
    </svg>
  );
}
