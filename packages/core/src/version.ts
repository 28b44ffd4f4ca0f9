/** Version of this software, as NodeInfo and the user agent say it. Kept equal to package.json by a test. */
export const version = '0.1.0';
