import { connect } from 'node:net';

/**
 * Sends ready requests over one kept connection, each after the answer to the one before, as a lane does.
 * @returns how many were answered with each status
 */
export function sendInTurn(port: number, requests: Buffer[]): Promise<Map<number, number>> {
  return new Promise((resolve, reject) => {
    const statuses = new Map<number, number>();
    const socket = connect(port, '127.0.0.1');
    let next = 0;
    let text = '';
    const send = () => {
      const request = requests[next];
      next += 1;
      if (request) socket.write(request);
      else {
        socket.end();
        resolve(statuses);
      }
    };
    socket.setNoDelay(true);
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => (next <= requests.length ? reject(new Error(`The node closed the line: ${text}`)) : null));
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? -1);
      const whole = length >= 0 ? text.length >= end + 4 + length : text.endsWith('0\r\n\r\n');
      if (!whole) return;
      const status = Number(text.slice(9, 12));
      if (status >= 400 && !statuses.has(status)) process.stderr.write(`${text}\n`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      text = '';
      send();
    });
  });
}
