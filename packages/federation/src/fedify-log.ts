import { jsonLine } from '@joinery/core';
import { configure } from '@logtape/logtape';

/**
 * Leads Fedify's log lines (LogTape) into the node's own log: without this they are lost. Only what is at least a warning; one JSON line each, codes `fedify.<part>`,
 * without the values that a message carries, since those may be addresses of people. Once per process.
 * @param write gets one line without its end
 */
export async function configureFedifyLog(write: (line: string) => void): Promise<void> {
  await configure({
    reset: true,
    sinks: {
      node: (record) => {
        const message = typeof record.rawMessage === 'string' ? record.rawMessage : record.rawMessage.join('{}');
        write(
          jsonLine({
            at: new Date(record.timestamp).toISOString(),
            level: record.level,
            code: record.category.join('.'),
            message,
          }),
        );
      },
    },
    loggers: [
      { category: 'fedify', lowestLevel: 'warning', sinks: ['node'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['node'] },
    ],
  });
}
