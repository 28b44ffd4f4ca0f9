/** Where the pages of this slice are. */
export const healthHref = '/administration/health';
export const startHref = '/administration/start';
export const defaultsHref = '/administration/defaults';
