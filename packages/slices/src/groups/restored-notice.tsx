import { chosenAnewSince, type RequestContext } from '@joinery/core';
import { Form, formatDateTime, Notice, readerOf, SubmitButton } from '@joinery/ui';
import { isJoiningHeld } from './joining.ts';
import { shutMessages } from './messages-shut.ts';
import type { GroupRow } from './tables.ts';

/** As long as mails say that what was turned off is unknown. */
const saidFor = 60 * 86_400_000;

/** To those who decide who joins a group, after a restore: nobody knows who was banned meanwhile; and the way to let people join by themselves again. */
export async function afterRestore(c: RequestContext, group: GroupRow) {
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  const since = await chosenAnewSince(db);
  if (since === null || group.local !== 1 || group.created_at > since.asOf) return null;
  const held = await isJoiningHeld(db, group.id);
  if (!held && context.clock.now().getTime() - Date.parse(since.confirmedAt) > saidFor) return null;
  const t = shutMessages(language);
  const time = formatDateTime(language, readerOf(c).timeZone, since.asOf);
  return (
    <Notice kind="warning" language={language}>
      <p>{held ? t('joiningHeld', { time }) : t('bansUnknown', { time })}</p>
      {held ? (
        <Form action={`/groups/${group.id}/joining`} csrf={csrf} inline={true}>
          <SubmitButton kind="secondary" small={true}>
            {t('joiningOn')}
          </SubmitButton>
        </Form>
      ) : null}
    </Notice>
  );
}
