import { expect, it } from 'vitest';
import { createLogger, terminalText } from './logger.ts';

const nasty = [
  ...[
    'a\nb',
    'a\r\n{"level":"error","code":"forged"}',
    '\u001b[2J\u001b]0;title\u0007',
    '"}\n{"level":"error"',
    '\\',
    '\0',
  ],
  ...['\u007f', '\u009b31m', '\u0085', '\u2028', '\u2029', '\u202eevil', '\u2066x\u2069', '\ud800', '\ufeff'],
];

it('One event is one line of JSON, whatever its fields hold, and no terminal acts upon it (hostile case 107)', () => {
  const lines: string[] = [];
  const logger = createLogger((line) => lines.push(line), 'https://node.example');
  for (const text of nasty) logger.info('inbox.refused', { reason: text, [`odd${text}`]: 1 });
  expect(lines).toHaveLength(nasty.length);
  for (const [index, line] of lines.entries()) {
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', code: 'inbox.refused', reason: nasty[index] });
  }
});

it('What the command line shows writes nowhere else on the screen (hostile case 107)', () => {
  expect(terminalText(nasty.join('|'))).toBe(
    [
      'a\nb',
      'a\n{"level":"error","code":"forged"}',
      '[2J]0;title',
      '"}\n{"level":"error"',
      '\\',
      '',
      '',
      '31m',
      '',
      '',
      '',
      'evil',
      'x',
      '\ud800',
      '',
    ].join('|'),
  );
  expect(terminalText('Súdwest-Fryslân\t1\n')).toBe('Súdwest-Fryslân\t1\n');
});
