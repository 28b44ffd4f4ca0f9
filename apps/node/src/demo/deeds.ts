import type { CommandInput } from '@joinery/core';
import type { Paper } from './closed.ts';
import type { DemoGroup, DemoPerson } from './content.ts';
import type { Things } from './doors.ts';
import type { DemoGuest, DemoNewcomer } from './newcomers.ts';

/**
 * What one node of the demo is told to do. People, groups and posts are named by their addresses; `at` is the instant at which it is said to have
 * happened.
 */
export type Deed =
  | { do: 'person'; at: string; person: DemoPerson; handle: string }
  | {
      do: 'group';
      at: string;
      owner: string;
      group: Omit<DemoGroup, 'owner' | 'members' | 'waiting' | 'answers' | 'text'>;
    }
  | { do: 'command'; name: string; input: CommandInput }
  | {
      do: 'join';
      at: string;
      group: string;
      person: string;
      state: 'member' | 'requested';
      answers: readonly { question: string; answer: string }[];
    }
  | { do: 'removal'; group: string; person: string; by: string; reason: string }
  | { do: 'introduced'; origin: string }
  | { do: 'folder'; at: string; group: string; by: string; name: string }
  | { do: 'paper'; paper: Paper }
  | { do: 'emergency'; group: string; by: string; reason: string }
  | { do: 'agree'; access: string; by: string }
  | { do: 'read'; access: string; by: string; topic: string }
  | { do: 'end'; access: string; by: string }
  | { do: 'approve'; at: string; group: string; person: string; by: string }
  | { do: 'topic'; at: string; group: string; by: string; title: string; text: string; language: string }
  | { do: 'reply'; at: string; to: string; by: string; text: string; language: string }
  | { do: 'edit'; at: string; post: string; by: string; text: string }
  | { do: 'like'; at: string; post: string; by: string }
  | { do: 'answer'; at: string; topic: string; answer: string; by: string }
  | { do: 'pin'; at: string; post: string; by: string }
  | { do: 'remove'; at: string; post: string; by: string; reason: string }
  | { do: 'lock'; at: string; post: string; by: string }
  | { do: 'delete'; at: string; post: string; by: string }
  | {
      do: 'talk';
      people: string[];
      subject: string;
      language: string;
      said: { by: string; at: string; text: string }[];
    }
  | { do: 'say'; after: string; by: string; at: string; text: string; language: string }
  | { do: 'guest'; sponsor: string; guest: DemoGuest; group: string; until: string }
  | { do: 'register'; newcomer: DemoNewcomer; administrator: string }
  | { do: 'effort' }
  | { do: 'await'; posts: string[]; texts?: boolean }
  | { do: 'gone'; posts: string[] }
  | { do: 'open'; group: string }
  | { do: 'count'; title: string }
  | { do: 'link'; person: string }
  | { do: 'style'; colour: string; second: string }
  | { do: 'figures' }
  | { do: 'states' }
  | { do: 'park'; group: string; origin: string }
  | { do: 'parked'; origin: string }
  | { do: 'knock'; at: string; things: Things };

export type Request = { number: number; deeds: Deed[] } | { pause: true };
export type Answer = { ready: string } | { number: number; answers: string[] } | { number: number; fault: string };
