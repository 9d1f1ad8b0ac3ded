// The schemas of the tests, and the interfaces that an app would write for them.

import type { Collection, ForeignKey, Lazy } from 'granary';

export const BLOG = /* GraphQL */ `
  enum PostStatus {
    ACTIVE
    INACTIVE
  }
  type Post @model {
    id: ID!
    title: String!
    rating: Int
    status: PostStatus
    comments: [Comment] @hasMany
    editors: [User] @manyToMany(relationName: "PostEditor")
  }
  type Comment @model {
    id: ID!
    content: String
    post: Post @belongsTo
  }
  type User @model {
    id: ID!
    username: String!
    posts: [Post] @manyToMany(relationName: "PostEditor")
  }
`;

interface Stored {
  readonly id: string;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

export interface Post extends Stored {
  readonly title: string;
  readonly rating: number | null;
  readonly status: 'ACTIVE' | 'INACTIVE' | null;
  readonly comments: Collection<Comment>;
  readonly editors: Collection<User, PostEditor>;
}

export interface Comment extends Stored {
  readonly content: string | null;
  readonly post: Lazy<Post>;
  readonly postCommentsId: string | null;
}

export interface User extends Stored {
  readonly username: string;
  readonly posts: Collection<Post, PostEditor>;
}

export interface PostEditor extends Stored {
  readonly postId: ForeignKey<string>;
  readonly userId: ForeignKey<string>;
  readonly post: Lazy<Post>;
  readonly user: Lazy<User>;
}

export interface Blog {
  readonly Post: Post;
  readonly Comment: Comment;
  readonly User: User;
  readonly PostEditor: PostEditor;
}

export const KITCHEN = /* GraphQL */ `
  enum Color {
    RED
    GREEN
  }
  type Size {
    width: Int!
    unit: String
  }
  type Thing @model {
    id: ID!
    name: String!
    count: Int
    ratio: Float
    flag: Boolean
    color: Color
    day: AWSDate
    at: AWSDateTime
    stamp: AWSTimestamp
    mail: AWSEmail
    data: AWSJSON
    tags: [String!]
    size: Size
    sizes: [Size]
    note: String @default(value: "none")
    flags: [Boolean]
  }
  type Seat @model {
    row: ID! @primaryKey(sortKeyFields: ["number"])
    number: Int!
    holder: String
  }
  type Project @model {
    id: ID!
    name: String
    team: Team @hasOne
  }
  type Team @model {
    id: ID!
    name: String!
  }
  type Owner @model {
    id: ID!
    name: String
    pets: [Pet] @hasMany
  }
  type Pet @model {
    id: ID!
    name: String
    owner: Owner! @belongsTo
  }
`;

export interface Size {
  readonly width: number;
  readonly unit: string | null;
}

export interface Thing extends Stored {
  readonly name: string;
  readonly count: number | null;
  readonly ratio: number | null;
  readonly flag: boolean | null;
  readonly color: 'RED' | 'GREEN' | null;
  readonly day: string | null;
  readonly at: string | null;
  readonly stamp: number | null;
  readonly mail: string | null;
  readonly data: unknown;
  readonly tags: readonly string[] | null;
  readonly size: Size | null;
  readonly sizes: readonly (Size | null)[] | null;
  readonly note: string | null;
  readonly flags: readonly (boolean | null)[] | null;
}

export interface Seat {
  readonly row: string;
  readonly number: number;
  readonly holder: string | null;
}

export interface Project extends Stored {
  readonly name: string | null;
  readonly team: Lazy<Team>;
  readonly projectTeamId: string | null;
}

export interface Team extends Stored {
  readonly name: string;
}

export interface Owner extends Stored {
  readonly name: string | null;
  readonly pets: Collection<Pet>;
}

export interface Pet extends Stored {
  readonly name: string | null;
  readonly owner: Lazy<Owner>;
  readonly ownerPetsId: ForeignKey<string>;
}

export interface Kitchen {
  readonly Thing: Thing;
  readonly Seat: Seat;
  readonly Project: Project;
  readonly Team: Team;
  readonly Owner: Owner;
  readonly Pet: Pet;
}
