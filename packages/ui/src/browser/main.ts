/** What makes pages quick. Every one of them works without it: this file only saves the way to a new page. */
import { defineChooseAll } from './choose-all.ts';
import { defineMarkdownEditor } from './editor.ts';
import { enhanceForms } from './forms.ts';
import { defineLeaving } from './leaving.ts';
import { defineLiveNews } from './live.ts';
import { definePasskeys } from './passkey.ts';
import { defineNamesField } from './suggest.ts';
import { defineUploads } from './upload.ts';

enhanceForms();
defineChooseAll();
defineMarkdownEditor();
defineLiveNews();
defineLeaving();
definePasskeys();
defineNamesField();
defineUploads();
