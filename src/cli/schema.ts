/** Of every JSON document and line that is printed; raised when a program that reads them would have to change. */
export const SCHEMA = 1
