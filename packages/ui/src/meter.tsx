import { formatNumber, type Language } from './messages.ts';

/** How much of a whole: the numbers, with a small bar for the eye. `label` says of what; `max` is above 0. */
export function Meter({
  value,
  max,
  label,
  language,
}: {
  value: number;
  max: number;
  label: string;
  language: Language;
}) {
  const share = Math.min(1, Math.max(0, value / max));
  return (
    <span class="app-meter">
      <svg viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="app-meter-track" width="100" height="8" rx="4" />
        {share > 0 ? <rect class="app-meter-value" width={Math.max(4, share * 100)} height="8" rx="4" /> : null}
      </svg>
      <span>
        {formatNumber(language, value)} / {formatNumber(language, max)} {label}
      </span>
    </span>
  );
}
