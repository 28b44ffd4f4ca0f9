import { type Language, Notice } from '@joinery/ui';
import { classificationText } from './text.ts';

/** Labels of others wait for somebody to say what they mean: those of one partner, or of all. */
export function UnmappedNotice(model: { count: number; ofOne: boolean; href: string; language: Language }) {
  const { count, ofOne, language } = model;
  const c = classificationText(language);
  return count === 0 ? null : (
    <Notice kind="warning" language={language}>
      {ofOne ? c('unmapped', { count }) : c('unmappedAll', { count })}{' '}
      <a class="ds-link" href={model.href}>
        {c('unmappedDecide')}
      </a>
    </Notice>
  );
}
