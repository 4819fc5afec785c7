/** The colours of report and studio, light and dark; contrast of text is at least 4.5 to 1. */
export const TOKENS = `:root{color-scheme:light dark;--paper:#faf8f4;--sheet:#ffffff;--ink:#23262b;--ink-soft:#5c6169;--line:#dedad1;--first:#0e6b6f;--second:#a8590b;--band:#0e6b6f40;--right:14 107 111;--wrong:184 80 40;--note:#f4ead8;--focus:#0b57d0}
@media (prefers-color-scheme:dark){:root{--paper:#16181b;--sheet:#1e2125;--ink:#e9e6df;--ink-soft:#a8adb5;--line:#363a40;--first:#63c3bd;--second:#e5a45b;--band:#63c3bd4d;--right:60 150 146;--wrong:206 104 60;--note:#332b1d;--focus:#8ab4f8}}
`
