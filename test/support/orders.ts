/** Every order in which some values can stand. */
export function orders<Value>(values: readonly Value[]): readonly (readonly Value[])[] {
  if (values.length < 2) return [values];
  return values.flatMap((value, index) =>
    orders(values.toSpliced(index, 1)).map((others) => [value, ...others]),
  );
}
