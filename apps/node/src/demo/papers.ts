import type { PersonKey } from './content.ts';

/** A document: its files from the first version to the last, each with why it came. */
export type DemoDocument = {
  by: PersonKey;
  title: string;
  text: string;
  /** Name of a folder; empty for the library itself. */
  folder: string;
  official: boolean;
  /** Its author took it back: it lies in the bin. */
  deleted: boolean;
  versions: readonly { daysAgo: number; name: string; content: string; note: string }[];
};

export const folders = ['Training pack', 'Letters and forms'] as const;

const table = (rows: string[][]) => `${rows.map((cells) => cells.join(';')).join('\n')}\n`;

/** The library of "Local services: tips and wrinkles". */
export const papers: readonly DemoDocument[] = [
  {
    ...{ by: 'margaret', title: 'Counter training in one morning', folder: 'Training pack' },
    ...{ official: true, deleted: false },
    text: 'What a new colleague needs before the first shift. Print it, and leave the last page blank for questions.',
    versions: [
      {
        ...{ daysAgo: 340, name: 'counter-training.md', note: 'First edition, tried at two counters' },
        content: `# Counter training in one morning

1. **Nine to ten.** Sit beside somebody. Say nothing. Count how often a visitor repeats a question.
2. **Ten to eleven.** Answer the phone with a colleague listening.
3. **Eleven to twelve.** Two visitors of your own, then talk them over.
`,
      },
      {
        ...{ daysAgo: 41, name: 'counter-training-2.md', note: 'Harrowdean asked for a part about interpreters' },
        content: `# Counter training in one morning

1. **Nine to ten.** Sit beside somebody. Say nothing. Count how often a visitor repeats a question.
2. **Ten to eleven.** Answer the phone with a colleague listening. Try the interpreter line once.
3. **Eleven to twelve.** Two visitors of your own, then talk them over.

> Interpreter line: say the language first, then your question, in short sentences.
`,
      },
    ],
  },
  {
    ...{ by: 'margaret', title: 'Reply when a form was filled in wrongly', folder: 'Letters and forms' },
    ...{ official: false, deleted: false },
    text: 'One page, at reading level B1. Change the telephone number, nothing else.',
    versions: [
      {
        ...{ daysAgo: 150, name: 'wrong-form.txt', note: '' },
        content:
          'Thank you for your form. One answer is missing: your date of moving. Phone us, and we fill it in together.\n',
      },
    ],
  },
  {
    ...{ by: 'priya', title: 'Blue badge visits by hour', folder: '' },
    ...{ official: false, deleted: false },
    text: 'Counted at our counter over four weeks. The file stays at Harrowdean; you read it there.',
    versions: [
      {
        ...{ daysAgo: 88, name: 'blue-badge-hours.csv', note: 'Four weeks in spring' },
        content: table([
          ['Hour', 'Visits', 'Of these with a question only'],
          ['9', '41', '12'],
          ['10', '63', '30'],
          ['11', '58', '29'],
          ['14', '22', '7'],
          ['15', '19', '4'],
        ]),
      },
      {
        ...{ daysAgo: 9, name: 'blue-badge-hours-autumn.csv', note: 'Autumn added: Thursdays are the problem' },
        content: table([
          ['Hour', 'Spring', 'Autumn'],
          ['9', '41', '39'],
          ['10', '63', '71'],
          ['11', '58', '66'],
          ['14', '22', '24'],
          ['15', '19', '15'],
        ]),
      },
    ],
  },
  {
    ...{ by: 'anneke', title: 'Draft: word list English and Dutch', folder: '' },
    ...{ official: false, deleted: true },
    text: 'Not finished. I will bring it back when the legal terms are in.',
    versions: [
      {
        ...{ daysAgo: 6, name: 'word-list.txt', note: '' },
        content: 'counter: loket\nhousing register: woningzoekendenlijst\nblue badge: gehandicaptenparkeerkaart\n',
      },
    ],
  },
];
