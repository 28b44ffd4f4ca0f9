import { describeEveryPage } from './every-page-look.ts';

describeEveryPage('English');
