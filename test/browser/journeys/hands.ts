import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

export type GivenFile = { name: string; mimeType: string; buffer: Buffer };

/** How somebody works the controls of a page. Nothing here waits for what a control leads to. */
export type Hands = {
  /** A link, a button, the summary of a part that unfolds. */
  use: (target: Locator) => Promise<void>;
  write: (field: Locator, text: string) => Promise<void>;
  /** A radio button or a checkbox: it is on afterwards. */
  choose: (field: Locator) => Promise<void>;
  /** A checkbox: it is off afterwards. */
  clear: (field: Locator) => Promise<void>;
  /** A file, as if it was found in the window of the system, which is no part of the page. */
  give: (field: Locator, file: GivenFile) => Promise<void>;
  /** @param option what the list shows */
  pick: (list: Locator, option: string) => Promise<void>;
};

export const mouse: Hands = {
  use: (target) => target.click(),
  write: (field, text) => field.fill(text),
  choose: (field) => field.check(),
  clear: (field) => field.uncheck(),
  give: (field, file) => field.setInputFiles(file),
  pick: async (list, option) => {
    await list.selectOption({ label: option });
  },
};

/** More stops than any page has before its content is worth a shorter way. */
const mostStops = 120;

type Stop = { reached: boolean; skips: boolean; name: string; marked: boolean; onScreen: boolean; ordered: boolean };

/**
 * Where the focus is: whether that is the target, whether it can be seen to have the focus, and whether it stands on the screen. The order of
 * the keyboard is the order of the page as long as nothing has a place of its own in it.
 */
const lookAtFocus = (target: Element): Stop | null => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const shows = (element: Element | null) => {
    if (!element) return false;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
  };
  const box = focused.getBoundingClientRect();
  return {
    reached: focused === target,
    skips: focused.matches('.app-skip'),
    name: focused.getAttribute('aria-label') ?? (focused.textContent?.trim() || focused.outerHTML),
    // Where a page puts the focus itself, at its content or its errors, is no stop of the Tab key. A choice shows it around
    // its words too, and the parts of a date, which are stops of their own, show it themselves.
    marked:
      (focused as HTMLElement).tabIndex < 0 ||
      focused.matches('[type=date]') ||
      shows(focused) ||
      shows(focused.closest('.ds-field')),
    onScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    ordered: (focused as HTMLElement).tabIndex <= 0,
  };
};

/**
 * Somebody who has a keyboard and nothing else. What is in the content is reached by the link that skips the navigation, when there is one ahead; every stop on
 * the way must show that it has the focus.
 */
export function keyboardOf(page: Page): Hands {
  const key = (name: string) => page.keyboard.press(name);

  async function go(target: Locator): Promise<void> {
    await target.waitFor();
    const inContent = (await target.and(page.locator('main *')).count()) > 0;
    const element = await target.elementHandle();
    for (let stops = 0; element && stops < mostStops; stops += 1) {
      const stop = await element.evaluate(lookAtFocus);
      if (stop?.reached) return;
      if (stops > 0 && stop) {
        const { name, marked, onScreen, ordered } = stop;
        expect([page.url(), name, { marked, onScreen, ordered }]).toEqual([
          page.url(),
          name,
          { marked: true, onScreen: true, ordered: true },
        ]);
      }
      if (inContent && stop?.skips) await key('Enter');
      await key('Tab');
      if (inContent && stop?.skips)
        expect(await page.locator('main :focus').count(), 'the stop after the skip link is in the content').toBe(1);
    }
    throw new Error(`Not reached on ${page.url()} with ${mostStops} steps of the Tab key: ${target}`);
  }

  return {
    use: async (target) => {
      await go(target);
      await key('Enter');
    },
    write: async (field, text) => {
      await go(field);
      if ((await field.getAttribute('type')) === 'date') return writeDate(page, field, text);
      await key('Control+A');
      await page.keyboard.type(text);
      expect(await field.inputValue()).toBe(text);
    },
    choose: async (field) => {
      if (await field.isChecked()) return;
      if ((await field.getAttribute('type')) === 'checkbox') {
        await go(field);
        await key('Space');
      } else {
        // A group of radio buttons is one stop: at the one that is chosen. The arrows lead on.
        const group = field.locator('xpath=ancestor::fieldset').getByRole('radio');
        const chosen = group.and(page.locator(':checked'));
        await go((await chosen.count()) > 0 ? chosen : group.first());
        for (let step = await group.count(); step > 0 && !(await field.isChecked()); step -= 1) await key('ArrowDown');
      }
      expect(await field.isChecked()).toBe(true);
    },
    clear: async (field) => {
      if (!(await field.isChecked())) return;
      await go(field);
      await key('Space');
      expect(await field.isChecked()).toBe(false);
    },
    give: async (field, file) => {
      await go(field);
      await field.setInputFiles(file);
    },
    pick: async (list, option) => {
      await go(list);
      await page.keyboard.type(option);
      expect(await list.locator('option:checked').textContent()).toBe(option);
    },
  };
}

/** The parts of a date are typed in the order of the browser's own language, whatever that of the page is. */
async function writeDate(page: Page, field: Locator, date: string): Promise<void> {
  const [year, month, dayOfMonth] = date.split('-');
  await page.keyboard.type(`${month}${dayOfMonth}${year}`);
  expect(await field.inputValue()).toBe(date);
}
