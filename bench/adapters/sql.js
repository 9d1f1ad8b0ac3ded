// The schema and the statements of the peers that speak SQL. Parameters are ?1, ?2, …

export const SCHEMA = `
  create table if not exists posts (id text primary key, title text not null, rating integer not null, status text not null, "createdAt" text not null);
  create table if not exists users (id text primary key, username text not null);
  create table if not exists comments (
    id text primary key, "postID" text not null references posts (id) on delete cascade, content text not null, author text not null
  );
  create table if not exists links (
    id text primary key, "postID" text not null references posts (id) on delete cascade, "userID" text not null references users (id) on delete cascade
  );
  create index if not exists posts_by_rating on posts (rating);
  create index if not exists comments_by_post on comments ("postID");
  create index if not exists comments_by_author on comments (author);
  create index if not exists links_by_post on links ("postID");
`;

export const SQL = {
  post: 'select * from posts where id = ?1',
  insertPost: 'insert into posts (id, title, rating, status, "createdAt") values (?1, ?2, ?3, ?4, ?5)',
  commentsOf: 'select * from comments where "postID" = ?1',
  find: 'select * from posts where rating > ?1 and status = ?2 and title like ?3 order by rating desc, title limit ?4',
  postsCommentedBy: 'select * from posts where id in (select "postID" from comments where author = ?1)',
  usersOf: 'select users.* from links join users on users.id = links."userID" where links."postID" = ?1',
  allComments: 'select * from comments',
  setRating: 'update posts set rating = ?2 where id = ?1',
};
