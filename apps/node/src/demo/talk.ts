import type { PersonKey } from './content.ts';

/** A conversation of people of one node: nobody else of the demo sees it, its administrators neither. */
export type DemoTalk = {
  /** Whoever writes first, and the others. */
  people: readonly [PersonKey, ...PersonKey[]];
  subject: string;
  language: 'en' | 'nl';
  /** Who said what, and how many hours ago. */
  said: readonly { by: PersonKey; hours: number; text: string }[];
};

export const talks: readonly DemoTalk[] = [
  {
    people: ['priya', 'grace', 'colin'],
    subject: 'Who takes the counter on Thursday?',
    language: 'en',
    said: [
      {
        by: 'priya',
        hours: 27,
        text: 'Sam is off until Monday. **Can one of you take the counter on Thursday morning?** It is blue badge day, so bring the new leaflet.',
      },
      { by: 'colin', hours: 26, text: 'I could, but not before ten: I have the school transport call.' },
      { by: 'grace', hours: 25, text: 'Then I open and Colin takes over at ten.\n\n- 8.45: me\n- 10.00: Colin' },
      { by: 'priya', hours: 3, text: 'Thank you both. I have put it in the rota.' },
    ],
  },
  {
    people: ['sanne', 'fatima'],
    subject: '',
    language: 'nl',
    said: [
      {
        by: 'sanne',
        hours: 30,
        text: 'Zou jij mijn stuk over de afvalpas willen lezen voordat ik het in de groep zet? Ik twijfel over de toon.',
      },
      {
        by: 'fatima',
        hours: 6,
        text: 'Gelezen. De toon is goed, alleen de laatste zin leest als een verwijt. Ik zou die weglaten.',
      },
    ],
  },
];

/** A conversation of the council with somebody of the department: it lives at the council, and hers is kept at the department. */
export const talkOverNodes = {
  people: ['priya', 'margaret'],
  subject: 'Blue badge renewals: may we copy your letter?',
  language: 'en',
  said: [
    {
      by: 'priya',
      hours: 22,
      text: 'Your renewal letter came up in the group yesterday. **May we use it as it is**, with our own address under it?',
    },
    { by: 'priya', hours: 21, text: 'We would send about 900 in October.' },
  ],
  answer: {
    by: 'margaret',
    hours: 4,
    text: 'Of course. Take the version of this month: the old one still names the counter that closed. Tell me how many come back.',
  },
} as const;
