import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSecret, secretFrom } from './secret.ts';

function temporary(): { path: string; file: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'joinery-secret-'));
  return { path, file: join(path, 'deep', 'secret'), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe('The secret', () => {
  it('is made at first start for the owner alone, and stays', () => {
    using folder = temporary();
    const sealed = openSecret(folder.file).encrypt('a key');
    expect(statSync(folder.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder.path, 'deep'))).toEqual(['secret']);
    expect(openSecret(folder.file).decrypt(sealed)).toBe('a key');
  });

  it('is one and the same for processes that start at once', async () => {
    using folder = temporary();
    const program = `import { openSecret } from ${JSON.stringify(join(import.meta.dirname, 'secret.ts'))};
      process.stdout.write(openSecret(${JSON.stringify(folder.file)}).mac('test', 'x'));`;
    const said = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let output = '';
        child.stdout.on('data', (chunk) => {
          output += chunk;
        });
        expect(await once(child, 'close')).toEqual([0, null]);
        return output;
      }),
    );
    expect(new Set(said)).toEqual(new Set([openSecret(folder.file).mac('test', 'x')]));
  });

  it.each([0o644, 0o640, 0o604, 0o620])('with mode %i refuses to be used, and says how to repair it', (mode) => {
    using folder = temporary();
    openSecret(folder.file);
    chmodSync(folder.file, mode);
    expect(() => openSecret(folder.file)).toThrow(`run chmod 600 ${folder.file}`);
  });

  it.each(['', 'too short', `${Buffer.alloc(31).toString('base64')}`])(
    'that is not 32 bytes (%j) is refused',
    (text) => {
      using folder = temporary();
      openSecret(folder.file);
      writeFileSync(folder.file, text);
      expect(() => openSecret(folder.file)).toThrow('does not hold a secret of 32 bytes');
      expect(readFileSync(folder.file, 'utf8')).toBe(text);
    },
  );

  it('never makes the same of the same text twice, and refuses what was changed or made with another', () => {
    const secret = secretFrom(Buffer.alloc(32, 1));
    const sealed = secret.encrypt('a key');
    expect(secret.encrypt('a key')).not.toBe(sealed);
    const bytes = Buffer.from(sealed.slice(2), 'base64');
    for (const position of [0, 15, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[position] = (changed[position] ?? 0) ^ 1;
      expect(() => secret.decrypt(`1.${changed.toString('base64')}`)).toThrow();
    }
    expect(() => secret.decrypt(`1.${bytes.subarray(0, 10).toString('base64')}`)).toThrow();
    expect(() => secretFrom(Buffer.alloc(32, 2)).decrypt(sealed)).toThrow();
  });

  it('keeps the uses of its codes apart', () => {
    const secret = secretFrom(Buffer.alloc(32, 1));
    expect(secret.mac('a', 'x')).toBe(secret.mac('a', 'x'));
    expect(new Set([secret.mac('a', 'x'), secret.mac('b', 'x'), secret.mac('a', 'y')]).size).toBe(3);
  });
});
