-- Which resources besides the ImagingStudy a study's mapping made. A Device stands here once for each study it served: the last one to drop it deletes it.
create table intake.companion (
    study_uid text collate "C" not null,
    type      smallint not null,
    id        text collate "C" not null,
    primary key (study_uid, type, id)
);
create index companion_resource on intake.companion (type, id);
