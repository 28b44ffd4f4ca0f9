import { readFile } from 'node:fs/promises';
import {
  type Command,
  type CommandInput,
  type Context,
  classificationLabels,
  scopes as knownScopes,
  labelNamed,
  refuse,
  theirLabels,
  transact,
  type Work,
} from '@joinery/core';
import type { Change, ChangeKind, PartnerFields } from './change.ts';
import { readHosts } from './change.ts';
import { decideLabels, decideMeanings, theirsNamed } from './classification/labels.ts';
import { explain } from './explain.ts';
import { applyImport, type ImportPlan, planImport } from './imports.ts';
import { commandBody, readFields } from './input.ts';
import { introducedNodes } from './introduced/store.ts';
import { type ListForm, listForms, parseList, writeList, writeRegister } from './lists.ts';
import { allowPartner, blockPartner, type DecisionInput, proposePartner, suspendPartner } from './partners.ts';
import { presentPartner } from './present.ts';
import { type Preview, preview } from './preview.ts';
import { sendProposal } from './proposals.ts';
import { allPartners, decisions, type Partner } from './store.ts';

const decider = [
  { name: 'by', value: 'name', description: 'who decides', required: true },
  { name: 'reason', value: 'text', description: 'why', required: true },
];
const coverage = [
  { name: 'agency', value: 'name', description: 'name of the agency' },
  { name: 'kind', value: 'kind', description: 'government, supplier or civil-society' },
  { name: 'scopes', value: 'list', description: `of ${knownScopes.join(',')}` },
  { name: 'groups', value: 'list', description: 'handles or ids of the groups it covers; * for all' },
  { name: 'direction', value: 'way', description: 'in, out or both' },
  {
    name: 'classification',
    value: 'label',
    description: 'highest label of groups that it covers; the lowest unless given',
  },
  { name: 'expires', value: 'date', description: 'last day, as 2027-01-31' },
];

/** Nodes that closed groups elsewhere introduce here. */
const introductionsList: Command = {
  name: 'introductions list',
  summary: 'Nodes without an entry that closed groups elsewhere introduce here',
  run: async ({ db }) => {
    const items = (await introducedNodes(db.reader)).map(({ key: _, ...node }) => node);
    const line = ({ agency, origin, group, refused }: (typeof items)[number]) =>
      `${origin} ${agency}, by ${group}${refused ? ', refused' : ''}`;
    return { json: { items }, say: items.map(line).join('\n') || 'None.' };
  },
};

const sayLabels = (labels: readonly { en: string; nl: string }[]) =>
  labels.map(({ en, nl }) => `${en} / ${nl}`).join('\n');

/** How confidential groups are called here, and what the words of other agencies mean. */
const labelCommands: Command[] = [
  {
    name: 'labels list',
    summary:
      'Labels of this agency for how confidential a group is, the lowest first; or what those of others mean here',
    options: [{ name: 'theirs', description: 'labels that groups of other agencies carry' }],
    run: async ({ db }, { options }) => {
      const labels = await classificationLabels(db.reader);
      if (options.theirs !== true) return { json: { items: labels }, say: sayLabels(labels) };
      const items = (await theirsNamed(db.reader)).map(({ place, origin: home, ...label }) => ({
        ...{ home, ...label, label: place === null ? null : (labels[place]?.id ?? null) },
      }));
      const ours = (id: string | null) =>
        labels.find((one) => one.id === id)?.en ?? 'nothing yet: its groups are withheld';
      const say = items.map(({ home, agency, en, label }) => `${home} ${agency}: ${en} means ${ours(label)}`);
      return { json: { items }, say: say.join('\n') || 'No group of another agency carries a label.' };
    },
  },
  {
    name: 'labels set',
    summary: 'Change the labels of this agency; the lowest first',
    options: [
      {
        name: 'label',
        value: 'words',
        description: 'in both languages, as Internal/Intern; several times',
        several: true,
      },
      ...decider,
    ],
    run: async (context, { options }) => {
      const typed = String(options.label ?? '').replaceAll(',', '\n');
      const by = String(options.by ?? '');
      const input = { by, reason: String(options.reason ?? '') };
      await transact(context, { kind: 'command', by }, (work) => decideLabels(work, typed, input));
      const items = await classificationLabels(context.db.reader);
      return { json: { items }, say: sayLabels(items) };
    },
  },
  {
    name: 'labels map',
    summary: 'Say what a label of another agency means here',
    arguments: ['origin', 'word'],
    options: [
      {
        name: 'label',
        value: 'label',
        description: 'the label of ours; none unless given, which withholds its groups',
      },
      ...decider,
    ],
    run: async (context, { arguments: [origin = '', word = ''], options }) => {
      const { reader } = context.db;
      const theirs = (await theirLabels(reader)).find(
        (one) => one.origin === origin && [one.en, one.nl].includes(word),
      );
      if (!theirs) return refuse('not_found', 'No group carries this label: see joinery labels list --theirs');
      const label = options.label === undefined ? null : await labelNamed(reader, String(options.label));
      const by = String(options.by ?? '');
      const input = { by, reason: String(options.reason ?? '') };
      const means = [{ origin, en: theirs.en, label }];
      await transact(context, { kind: 'command', by }, (work) => decideMeanings(work, means, input));
      return {
        json: { home: origin, en: theirs.en, label },
        say: 'Done: groups with it are shown or hidden by that from now on.',
      };
    },
  },
];

type Rule = (work: Work, input: DecisionInput) => Promise<Partner>;

function decision(verb: 'allow' | 'suspend' | 'block', summary: string, rule: Rule): Command {
  return {
    name: `partner ${verb}`,
    summary,
    arguments: ['origin'],
    options: [...coverage, ...decider],
    run: async (context, input) => answer(await decide(context, input, rule)),
  };
}

async function decide(context: Context, input: CommandInput, rule: Rule): Promise<Partner> {
  const { origin, fields } = await readCommand(context, input);
  const by = String(input.options.by ?? '');
  const reason = String(input.options.reason ?? '');
  return transact(context, { kind: 'command', by }, (work) => rule(work, { origin, fields, by, reason }));
}

async function readCommand(context: Context, input: CommandInput): Promise<{ origin: string; fields: PartnerFields }> {
  const [host] = readHosts([input.arguments[0] ?? ''], context.config);
  const fields = await readFields(context.db.reader, context.config, commandBody(input.options));
  return { origin: host?.origin ?? '', fields };
}

function answer(partner: Partner) {
  return { json: presentPartner(partner), say: sayPartner(partner) };
}

function sayPartner(partner: Partner): string {
  const end = partner.expiresAt ? `, until ${partner.expiresAt.slice(0, 10)}` : '';
  const groups = partner.groups === null ? 'all groups' : `${partner.groups.length} named groups`;
  return `${partner.agency} (${partner.origin}): ${partner.state}; ${partner.scopes.join(', ') || 'nothing'}; ${groups}; ${partner.direction}${end}`;
}

const previewKinds = ['allow', 'suspend', 'block', 'change'] as const satisfies ChangeKind[];

function sayPreview(told: Preview): string {
  const groups = [...told.groups, ...told.reach].map(
    (group) =>
      `  ${group.name || 'a hidden group'}${group.closed ? ' (closed)' : ''}: ${way(group.before)} becomes ${way(group.after)}`,
  );
  const totals = `${told.groups.length} groups, ${told.people} people, ${told.items} items, ${told.waiting} waiting deliveries change; ${told.reach.length} groups open or close in which nobody there takes part yet`;
  return [totals, ...groups].join('\n');
}

function way(open: { in: boolean; out: boolean }): string {
  return open.in && open.out ? 'both ways' : open.in ? 'in only' : open.out ? 'out only' : 'closed';
}

function sayPlan(plan: ImportPlan, applied: boolean): string {
  const counts = `${plan.added.length} added, ${plan.changed.length} changed, ${plan.removed.length} removed, ${plan.conflicting.length} conflicting, ${plan.refused.length} refused, ${plan.unchanged} unchanged`;
  const details = [...plan.conflicting, ...plan.refused].map(
    ({ line, host, detail }) => `  line ${line}, ${host}: ${detail}`,
  );
  const warnings = plan.subdomains.map(
    ({ host, other }) => `  ${host} is not covered by ${other}, nor the other way round`,
  );
  const end = applied ? 'Done.' : 'Nothing has changed yet: add --apply to do this.';
  return [counts, ...details, ...warnings, end].join('\n');
}

/** The command line of the list of partners. */
export const commands: Command[] = [
  decision('allow', 'Allow the node of an agency, or change what its agreement covers', allowPartner),
  decision('suspend', 'Stop all exchange with a node and keep everything; also lifts a block', suspendPartner),
  decision('block', 'Stop all exchange with a node, whatever else the list says', blockPartner),
  {
    name: 'partner propose',
    summary: 'Propose an agreement to the node of another agency',
    arguments: ['origin'],
    options: [...coverage, ...decider],
    run: async (context, input) => {
      const partner = await decide(context, input, proposePartner);
      const { config } = context;
      const { scopes, direction, expiresAt } = partner;
      const claims = {
        agency: config.agency,
        identifier: null,
        kind: config.kind,
        scopes,
        direction,
        contact: null,
      };
      await sendProposal(context, partner.origin, { ...claims, reason: partner.reason, expires: expiresAt });
      return answer(partner);
    },
  },
  {
    name: 'partner list',
    summary: 'List all partners',
    run: async (context) => {
      const partners = await allPartners(context.db.reader);
      const empty = 'Nothing is exchanged with any other node yet. Begin with: joinery partner allow <origin>';
      return { json: partners.map(presentPartner), say: partners.map(sayPartner).join('\n') || empty };
    },
  },
  {
    name: 'partner preview',
    summary: 'Show what a decision would do, without doing it',
    arguments: ['decision', 'origin'],
    options: coverage,
    run: async (context, { arguments: [what = '', origin = ''], options }) => {
      const kind = previewKinds.find((known) => known === what);
      if (!kind) refuse('invalid', `The decision is one of: ${previewKinds.join(', ')}`);
      const read = await readCommand(context, { arguments: [origin], options });
      const change: Change = { what: kind, ...read };
      const told = await preview(context, context.db.reader, change);
      return {
        json: { ...told, before: told.before && presentPartner(told.before), after: presentPartner(told.after) },
        say: sayPreview(told),
      };
    },
  },
  {
    name: 'partner export',
    summary: 'Print the list of partners, or the register of decisions',
    options: [
      { name: 'form', value: 'form', description: 'joinery (default), mastodon or text' },
      { name: 'register', description: 'the register of decisions instead, as CSV' },
    ],
    run: async ({ db }, { options }) => {
      if (options.register) {
        const rows = await decisions(db.reader);
        return { json: rows, say: writeRegister(rows) };
      }
      const form: ListForm | undefined = listForms.find((known) => known === (options.form ?? 'joinery'));
      if (!form) refuse('invalid', `--form is one of: ${listForms.join(', ')}`);
      const partners = await allPartners(db.reader);
      return { json: partners.map(presentPartner), say: writeList(partners, form) };
    },
  },
  {
    name: 'partner import',
    summary:
      'Show what a list would change (CSV of Joinery, Mastodon or GoToSocial, JSON, or one host per line); --apply does it',
    arguments: ['file'],
    options: [
      ...decider,
      {
        name: 'as',
        value: 'state',
        description: 'what hosts mean in lists that do not say it: allow or block (default allow)',
      },
      { name: 'source', value: 'name', description: 'name under which the list is remembered; the file unless given' },
      { name: 'complete', description: 'suspend what came from this list before and is no longer on it' },
      { name: 'apply', description: 'do it' },
    ],
    run: async (context, { arguments: [file = ''], options }) => {
      const lines = readLines(await readFile(file, 'utf8'), options.as === 'block' ? 'block' : 'allow');
      const plan = planImport(lines, await allPartners(context.db.reader), context.config, {
        labels: await classificationLabels(context.db.reader),
        source: String(options.source ?? file),
        complete: options.complete === true,
        now: context.clock.now().toISOString(),
      });
      if (!options.apply) return { json: plan, say: sayPlan(plan, false) };
      const who = { by: String(options.by ?? ''), reason: String(options.reason ?? '') };
      await transact(context, { kind: 'command', by: who.by }, (work) => applyImport(work, plan, who));
      return { json: plan, say: sayPlan(plan, true) };
    },
  },
  introductionsList,
  ...labelCommands,
  {
    name: 'explain',
    summary: 'Say whether another node may read something, and why',
    arguments: ['origin', '[thing]'],
    run: async (context, { arguments: [origin = '', thing = null] }) => {
      const said = await explain(context, context.db.reader, origin, thing, 'en');
      return { json: said, say: said.lines.join('\n') };
    },
  },
];

function readLines(text: string, unmarked: 'allow' | 'block') {
  try {
    return parseList(text, unmarked);
  } catch (error) {
    return refuse('invalid', `The list cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
