import { expect, test } from 'vitest';
import { namesOf } from './labels.ts';
import type { Participant } from './lists.ts';

const somebody = (name: string, rest: Partial<Participant>): Participant => ({
  ...{ joinedAt: null, leftAt: null, broughtBy: null, waits: false, seesFrom: null, why: null, ...rest },
  person: {
    id: name,
    name,
    local: 1,
    home: 'https://here.example',
    agency: 'Here',
    deleted_at: null,
    guest_until: null,
  } as Participant['person'],
});

test('a conversation that nobody else is left in is not called by those who had gone before its reader came', () => {
  const gone = [
    somebody('Early', { leftAt: '2026-11-01T09:00:00.000Z' }),
    somebody('Late', { leftAt: '2026-11-20T09:00:00.000Z' }),
  ];
  const reader = (seesFrom: string | null) => [...gone, somebody('Anna', { seesFrom })];
  expect(namesOf(reader('2026-11-10T09:00:00.000Z'), 'Anna', 'en')).toBe('Late');
  expect(namesOf(reader(null), 'Anna', 'en')).toBe('Early and Late');
});
