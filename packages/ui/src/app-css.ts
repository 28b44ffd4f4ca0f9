import { conversationsCss } from './css/conversations.ts';
import { formsCss } from './css/forms.ts';
import { layoutCss } from './css/layout.ts';
import { postsCss } from './css/posts.ts';
import { screensCss } from './css/screens.ts';
import { scriptedCss } from './css/scripted.ts';
import { shellCss } from './css/shell.ts';
import { tablesCss } from './css/tables.ts';

/** Our own layer over Designsystemet: the shell, the layout, and the parts it does not have. Text, so that a bundle carries it; in this order, since what comes later wins. */
export const appCss = [
  shellCss,
  layoutCss,
  formsCss,
  postsCss,
  scriptedCss,
  conversationsCss,
  tablesCss,
  screensCss,
].join('');
