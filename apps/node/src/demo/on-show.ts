import { allowed, type PersonKey } from './content.ts';
import type { DemoProcess } from './processes.ts';
import { type Shown, states } from './states.ts';
import type { Cast, DemoNodes } from './story.ts';

/** One state, how often it is there on all nodes together, and who sees it where. */
export type OnShow = { state: (typeof states)[number]; count: number; as: PersonKey; address: string };

/** Counts each state on the nodes that work together and run. */
export async function onShow(nodes: DemoNodes<DemoProcess>, cast: Cast): Promise<OnShow[]> {
  const counts = await Promise.all(
    allowed.map(async (place) => {
      if (!nodes[place].isRunning()) return null;
      const [text] = await nodes[place].perform([{ do: 'states' }]).catch(() => []);
      return text === undefined ? null : (JSON.parse(text) as Shown);
    }),
  );
  const { services, housing } = cast.groups;
  const { department, council } = nodes;
  const partners = `${department.origin}/administration/partners`;
  const places: Record<OnShow['state'], { as: PersonKey; address: string }> = {
    pinned: { as: 'margaret', address: services },
    edited: { as: 'margaret', address: services },
    locked: { as: 'margaret', address: services },
    'removed with its reason': { as: 'margaret', address: services },
    'deleted and confirmed by other nodes': { as: 'margaret', address: services },
    'requests that wait': { as: 'margaret', address: `${housing}/members` },
    'partners about to end': { as: 'ines', address: partners },
    'proposals that wait': { as: 'ines', address: partners },
    'deliveries put aside': { as: 'ines', address: `${department.origin}/administration` },
    'guests with a sponsor and a last day': { as: 'ines', address: `${department.origin}/administration/guests` },
    'people labelled as guests': { as: 'margaret', address: cast.guest },
    'registrations that wait': { as: 'ines', address: `${department.origin}/administration/registration` },
    conversations: { as: 'priya', address: `${council.origin}/conversations` },
    'closed groups with members elsewhere': { as: 'margaret', address: cast.groups.fraud },
    'groups with a label': { as: 'margaret', address: `${cast.groups.fraud}/classification` },
    'groups that are only read live': { as: 'sanne', address: cast.groups.dilemmas },
    'groups with a record copy': { as: 'margaret', address: `${cast.groups.fraud}/terms` },
    'introduced nodes': { as: 'moira', address: `${council.origin}/administration/partners/introduced` },
    'requests with answers': { as: 'margaret', address: `${cast.groups.fraud}/requests` },
    'receipts for dropped copies': { as: 'grace', address: `${cast.inFraud}/delivery` },
    'folders of a library': { as: 'margaret', address: `${services}/library` },
    'documents with several versions': { as: 'priya', address: cast.document },
    'documents of the official pack': { as: 'margaret', address: `${services}/library` },
    'deleted documents in the bin': { as: 'margaret', address: `${services}/library/bin` },
    'emergency access that waits': { as: 'ines', address: cast.emergencies.waiting },
    'emergency access that was used': { as: 'pieter', address: cast.emergencies.used },
    'conversations over nodes': { as: 'margaret', address: `${department.origin}/conversations` },
  };
  return states.map((state) => ({
    state,
    count: counts.reduce((sum, one) => sum + (one?.[state] ?? 0), 0),
    ...places[state],
  }));
}

/** A state as the desk calls it. */
export function stateName(state: OnShow['state'], language: 'en' | 'nl'): string {
  const name = language === 'en' ? state : inDutch[state];
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

const inDutch: Record<OnShow['state'], string> = {
  pinned: 'vastgezet',
  edited: 'bewerkt',
  locked: 'gesloten',
  'removed with its reason': 'verwijderd, met de reden',
  'deleted and confirmed by other nodes': 'gewist, en door andere knooppunten bevestigd',
  'requests that wait': 'aanvragen die wachten',
  'partners about to end': 'afspraken die bijna eindigen',
  'proposals that wait': 'voorstellen die wachten',
  'deliveries put aside': 'bezorgingen die opzij zijn gelegd',
  'guests with a sponsor and a last day': 'gasten met een gastheer en een laatste dag',
  'people labelled as guests': 'mensen met het kenmerk gast',
  'registrations that wait': 'registraties die wachten',
  conversations: 'gesprekken',
  'conversations over nodes': 'gesprekken over knooppunten heen',
  'closed groups with members elsewhere': 'besloten groepen met leden elders',
  'groups with a label': 'groepen met een label',
  'groups that are only read live': 'groepen die alleen rechtstreeks te lezen zijn',
  'groups with a record copy': 'groepen met een archiefkopie',
  'introduced nodes': 'geïntroduceerde knooppunten',
  'requests with answers': 'aanvragen met antwoorden',
  'receipts for dropped copies': 'ontvangstbewijzen voor verwijderde kopieën',
  'folders of a library': 'mappen van een bibliotheek',
  'documents with several versions': 'documenten met meer versies',
  'documents of the official pack': 'documenten van het officiële pakket',
  'deleted documents in the bin': 'gewiste documenten in de prullenbak',
  'emergency access that waits': 'noodtoegang die wacht',
  'emergency access that was used': 'noodtoegang die gebruikt is',
};
