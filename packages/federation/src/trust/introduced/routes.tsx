import { type Environment, readForm, refuse, requireFederationOfficer, transactAs } from '@joinery/core';
import {
  DataTable,
  EmptyState,
  Form,
  HiddenField,
  PageHeading,
  readerOf,
  Stack,
  SubmitButton,
  showPage,
} from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { mayDecide, requireDecider } from '../policy.ts';
import { waitingRequests } from '../requests/waiting.ts';
import { allPartners } from '../store.ts';
import { trustListOf } from '../trust.ts';
import { home, PartnerTabs } from '../views.tsx';
import { decideIntroduced, introducedNodes } from './store.ts';
import { introducedText } from './text.ts';

const refusalForm = z.object({
  group: z.url(),
  origin: z.url(),
  refused: z.enum(['0', '1']),
  reason: z.string().trim().min(1).max(1_000),
});

/** Nodes without an entry that closed groups elsewhere introduce, and whether each is taken. */
export function introducedRoutes(app: Hono<Environment>): void {
  app.get(`${home}/introduced`, async (c) => {
    requireFederationOfficer(c);
    const { context, csrf, language } = c.var;
    const db = context.db.reader;
    const t = introducedText(language);
    const trust = trustListOf(context);
    const partners = new Map(
      (await allPartners(db)).flatMap((partner) =>
        partner.hosts.map(({ origin }) => [origin, partner.agency] as const),
      ),
    );
    const decides = await mayDecide(db, c.var.visitor);
    const rows = (await introducedNodes(db)).map((row) => {
      const { reason } = trust.mayRead(row.origin, { uri: row.group }, 'out');
      const state = row.refused
        ? 'refused'
        : reason === 'introduced'
          ? 'taken'
          : partners.has(row.origin)
            ? 'listed'
            : 'notTaken';
      return { ...row, state } as const;
    });
    const body = (
      <Stack>
        <PageHeading title={t('name')} lead={t('lead')} />
        <PartnerTabs current={`${home}/introduced`} requests={await waitingRequests(db)} reader={readerOf(c)} />
        {rows.length === 0 ? (
          <EmptyState title={t('noneTitle')} icon="node">
            {t('none')}
          </EmptyState>
        ) : (
          <DataTable
            id="introduced"
            caption={t('name')}
            rows={rows}
            columns={[
              { header: t('agency'), cell: ({ agency, origin }) => `${agency} (${new URL(origin).host})` },
              {
                header: t('through'),
                // The name of a closed group is for its members: its address says enough to tell two apart.
                cell: ({ host, group }) =>
                  t('groupOf', { agency: partners.get(host) ?? new URL(host).host, end: group.slice(-6) }),
              },
              { header: t('state'), cell: ({ state }) => t(state) },
              {
                header: t('decision'),
                cell: ({ group, origin, refused, agency }) =>
                  decides ? (
                    <Form action={`${home}/introduced`} csrf={csrf} inline={true}>
                      <HiddenField name="group" value={group} />
                      <HiddenField name="origin" value={origin} />
                      <HiddenField name="refused" value={refused ? '0' : '1'} />
                      <HiddenField name="reason" value={t(refused ? 'takeReason' : 'refuseReason', { agency })} />
                      <SubmitButton kind="secondary">{t(refused ? 'take' : 'refuse')}</SubmitButton>
                    </Form>
                  ) : (
                    '–'
                  ),
              },
            ]}
          />
        )}
      </Stack>
    );
    const notices = c.req.query('done') ? [{ kind: 'success' as const, text: t('done') }] : [];
    return showPage(c, { title: t('name'), notices }, body);
  });

  app.post(`${home}/introduced`, async (c) => {
    const visitor = await requireDecider(c);
    const read = await readForm(c, refusalForm);
    if (!read.ok) refuse('bad_request', 'Name the group and the node');
    const { group, origin, reason } = read.value;
    const refused = read.value.refused === '1';
    const by = visitor.person.name;
    await transactAs(c, visitor, (work) => decideIntroduced(work, { group, origin, refused, by, reason }));
    return c.redirect(`${home}/introduced?done=1`, 303);
  });
}
