import type { Language } from '@joinery/ui';
import { proofText } from './text.ts';
import type { Asker } from './try.ts';

const words = {
  partner: 'asksPartner',
  token: 'asksToken',
  stolen: 'asksStolen',
  stranger: 'asksStranger',
  nobody: 'asksNobody',
} as const satisfies Record<Asker, string>;

/** Who asked in a trial. */
export function askerInWords(asker: Asker, agency: string, language: Language): string {
  return proofText(language)(words[asker], { agency });
}
