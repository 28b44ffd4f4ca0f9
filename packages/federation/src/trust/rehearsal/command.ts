import { apart, type Command, refuse } from '@joinery/core';
import { type RehearsalStep, type Rehearse, stepText } from './steps.ts';
import { rehearsalText } from './text.ts';

/** `joinery rehearse`: the same lines as on the page. Fails when one of them does. */
export function rehearseCommand(rehearse: Rehearse): Command {
  return {
    name: 'rehearse',
    summary: 'try what an agreement does, with a partner that exists for some seconds only',
    run: async (context) => {
      const steps = await apart(() => rehearse(context));
      const say = steps.map(inWords).join('\n');
      if (steps.some(({ ok }) => !ok)) refuse('unavailable', say);
      return { json: steps, say };
    },
  };
}

function inWords({ name, ok, detail, milliseconds }: RehearsalStep): string {
  const words = rehearsalText('en')(stepText[name]);
  return `${ok ? 'ok  ' : 'FAIL'}  ${words} (${milliseconds} ms)${detail ? `: ${detail}` : ''}`;
}
