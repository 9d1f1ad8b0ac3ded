// What this app uses of React Native. react-native-web brings no types; an app that
// is built for phones too has those of the react-native package instead.

declare module 'react-native' {
  import type { ComponentType, ReactElement, ReactNode } from 'react';

  type Style = { readonly [name: string]: unknown } | false | undefined | readonly Style[];

  interface Common {
    readonly style?: Style;
    readonly testID?: string;
    readonly role?: string;
    readonly 'aria-label'?: string;
    readonly 'aria-hidden'?: boolean;
    readonly 'aria-selected'?: boolean;
    readonly 'aria-level'?: number;
    readonly children?: ReactNode;
  }

  export const View: ComponentType<Common>;
  export const Text: ComponentType<Common & { readonly numberOfLines?: number }>;
  export const ScrollView: ComponentType<Common & { readonly contentContainerStyle?: Style }>;
  export const Pressable: ComponentType<Common & { readonly disabled?: boolean; readonly onPress: () => void }>;
  export const TextInput: ComponentType<Common & {
    readonly value: string;
    readonly placeholder?: string;
    readonly placeholderTextColor?: string;
    readonly multiline?: boolean;
    readonly onChangeText: (text: string) => void;
    readonly onSubmitEditing?: () => void;
  }>;
  export function FlatList<T>(props: Common & {
    readonly data: readonly T[];
    readonly extraData?: unknown;
    readonly contentContainerStyle?: Style;
    readonly ListEmptyComponent?: ReactElement;
    readonly keyExtractor: (item: T) => string;
    readonly renderItem: (row: { readonly item: T }) => ReactElement;
  }): ReactElement;

  export const StyleSheet: { create<T extends { readonly [name: string]: object }>(styles: T): { readonly [K in keyof T]: Style } };
  export const AppRegistry: {
    registerComponent(name: string, component: () => ComponentType): void;
    runApplication(name: string, options: { readonly rootTag: HTMLElement }): void;
  };
  export function useWindowDimensions(): { readonly width: number; readonly height: number };
}
