import { expect, it } from 'vitest';
import { limitsPage } from './limits.ts';

it('The page of limits is made of the constants: vitest run packages/core/src/limits.test.ts --update makes it anew', async () => {
  await expect(limitsPage()).toMatchFileSnapshot('../../../docs/limits.md');
});
