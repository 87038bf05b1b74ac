/**
 * An object whose fields are worked out when they are first read, and kept. A plan forecasts hundreds of teams, and studies make
 * hundreds of plans of which only some means are read: intervals of every cost were most of their time. Otherwise it is plain
 * data: its fields are listed, spread and written as JSON like any others.
 */
export function whenRead<T extends object>(make: { readonly [Key in keyof T]: () => T[Key] }): T {
  const fields = {} as T;
  for (const key of Object.keys(make) as (keyof T)[])
    Object.defineProperty(fields, key, {
      enumerable: true,
      configurable: true,
      get() {
        const value = make[key]();
        Object.defineProperty(fields, key, { value, enumerable: true });
        return value;
      },
    });
  return fields;
}
