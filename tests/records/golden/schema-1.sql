SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.journal_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.journal (
    seq bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    happened text NOT NULL COLLATE pg_catalog."C",
    recorded text NOT NULL COLLATE pg_catalog."C",
    who text NOT NULL COLLATE pg_catalog."C",
    reason text COLLATE pg_catalog."C",
    content text NOT NULL COLLATE pg_catalog."C",
    hash text NOT NULL COLLATE pg_catalog."C",
    reverses bigint,
    root bigint,
    amount_1 double precision,
    amount_2 double precision,
    amount_3 double precision,
    label_1 text COLLATE pg_catalog."C",
    label_2 text COLLATE pg_catalog."C",
    label_3 text COLLATE pg_catalog."C",
    label_4 text COLLATE pg_catalog."C",
    label_5 text COLLATE pg_catalog."C",
    label_6 text COLLATE pg_catalog."C",
    CONSTRAINT journal_content_check CHECK ((content ~~ '{%}'::text)),
    CONSTRAINT journal_happened_check CHECK ((length(happened) = 10)),
    CONSTRAINT journal_hash_check CHECK ((length(hash) = 64)),
    CONSTRAINT journal_recorded_check CHECK ((length(recorded) = 27)),
    CONSTRAINT journal_seq_check CHECK ((seq > 0))
);
CREATE TABLE public.journal_version (
    version_num character varying(32) NOT NULL
);
INSERT INTO public.journal VALUES (1, 'recycled-2022', 'test.weighed', '2022-12-31', '2025-01-31T12:00:00.000000Z', 'li', NULL, '{"mass_t":4500,"region":"world","treatment":"recycled"}', '04cd7bf0b2119339c7fa5a3b3704d97295fad0e3a06ef475dbc0a1f149020639', NULL, NULL, 4500, NULL, NULL, 'recycled', 'world', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (2, 'recycled-2023', 'test.weighed', '2023-12-31', '2025-02-01T12:00:07.000123Z', 'li', NULL, '{"mass_t":12260,"region":"world","treatment":"recycled"}', '7faf6c44366516207ce28afb00d17905abbdc7a83ef7f1d05064019fdb97aaf7', NULL, NULL, 12260, NULL, NULL, 'recycled', 'world', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (3, 'recycled-2024', 'test.weighed', '2024-12-31', '2025-02-02T12:00:14.000246Z', 'li', NULL, '{"mass_t":19698,"note":"4,500 + 12,260 + 19,698 = 36,458 t","region":"world","treatment":"recycled"}', 'be5d68526d720f355fa98747e5e82297029705c18904f1b2ed7b985d348f4521', NULL, NULL, 19698, NULL, NULL, 'recycled', 'world', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (4, 'tenth', 'test.weighed', '2024-02-29', '2025-02-03T12:00:21.000369Z', 'li', NULL, '{"mass_t":0.1,"region":"CN","treatment":"reused"}', '411a7b85dfb9d9ec23204cf71143611af0ce74aa9f828a011385624a1287e5a6', NULL, NULL, 0.1, NULL, NULL, 'reused', 'CN', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (5, 'fifth', 'test.weighed', '2024-02-29', '2025-02-04T12:00:28.000492Z', 'li', NULL, '{"mass_t":0.2,"note":"回收 “二” é é \\u0000   📱","region":"CN","treatment":"reused"}', '247eec30e91a9fc28d747f4017a3f58b97f1d962dfa475f905ebd7f946e02e9e', NULL, NULL, 0.2, NULL, NULL, 'reused', 'CN', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (6, 'correction', 'test.weighed', '2023-06-30', '2025-02-05T12:00:35.000615Z', 'li', NULL, '{"mass_t":-1e-7,"region":"EU","treatment":"reused"}', '41678503a3e49ec1a9628436e93ae58615e37cd49154cf3bf1e1579155c4d169', NULL, NULL, -1e-07, NULL, NULL, 'reused', 'EU', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (7, 'large', 'test.weighed', '2023-06-30', '2025-02-06T12:00:42.000738Z', 'li', NULL, '{"mass_t":9007199254740992,"note":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","region":"EU","treatment":"collected"}', '47d11b8a22b9620a54d9523ddb36c83eab9ab1a9fa43fb08c21ee9af81fa7ebd', NULL, NULL, 9.007199254740992e+15, NULL, NULL, 'collected', 'EU', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (8, 'wrong', 'test.weighed', '2023-07-01', '2025-02-07T12:00:49.000861Z', 'li', NULL, '{"mass_t":12.5,"region":"EU","treatment":"recycled"}', 'de609baf31fd934eb6f907a2a5839266380faba5fe45ab82cd4984e4b7b774e7', NULL, NULL, 12.5, NULL, NULL, 'recycled', 'EU', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (9, 'wrong and right again', 'test.weighed', '2023-07-02', '2025-02-08T12:00:56.000984Z', 'li', NULL, '{"mass_t":7.25,"region":"EU","treatment":"recycled"}', '4ff60b2c95098ba5711b083357deacf43e2564df5cb66aa9fc866a9e04eebd95', NULL, NULL, 7.25, NULL, NULL, 'recycled', 'EU', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (10, 'reversal-de609baf31fd934eb6f907a2', 'reversal', '2023-07-01', '2025-02-09T12:01:03.001107Z', 'wu', 'typed twice', '{"reverses":"wrong"}', 'e8ea96fce96f8e4c02010c1cd202a7b708426ce675d7efff20341f9361ef0809', 8, 8, NULL, NULL, NULL, 'wrong', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (11, 'reversal-4ff60b2c95098ba5711b0833', 'reversal', '2023-07-02', '2025-02-10T12:01:10.001230Z', 'wu', 'thought to be wrong', '{"reverses":"wrong and right again"}', '004cc478c5d9dcba3580a0eb43cf8d3ec537c71fc8f587694d01f9f34338bdc6', 9, 9, NULL, NULL, NULL, 'wrong and right again', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (12, 'reversal-004cc478c5d9dcba3580a0eb', 'reversal', '2023-07-02', '2025-02-11T12:01:17.001353Z', 'li', 'it was right', '{"reverses":"reversal-4ff60b2c95098ba5711b0833"}', 'c98aafd03970e7f34ceeff33dfa3a397621d1535f0cee500f2cab2e35b141631', 11, 9, NULL, NULL, NULL, 'reversal-4ff60b2c95098ba5711b0833', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (13, 'close 2022', 'period', '2025-02-01', '2025-02-12T12:01:24.001476Z', 'wu', NULL, '{"end":"2022-12-31","note":"audited","start":"2022-01-01"}', '399ade26b4a5ddca1a6495060c60850022acb81fc9b930bfd34c5f3e0a69ab47', NULL, NULL, NULL, NULL, NULL, '2022-01-01', '2022-12-31', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (14, 'late', 'test.weighed', '2022-03-01', '2025-02-13T12:01:31.001599Z', 'li', 'a recycler reported late', '{"mass_t":100,"region":"world","treatment":"recycled"}', 'a38cebfa9d1cdd755dafc50331d8393084b8ef2de9b7c5fd666779a4b4235ee4', NULL, NULL, 100, NULL, NULL, 'recycled', 'world', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (15, 'batch-0', 'test.weighed', '2024-01-01', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":0,"region":"r0","treatment":"collected"}', '1996bdb6368ecebb9a40a52b909138b73c38951ca2df9700b7e31a5a3a226dc7', NULL, NULL, 0, NULL, NULL, 'collected', 'r0', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (16, 'batch-1', 'test.weighed', '2024-02-02', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":1,"region":"r1","treatment":"reused"}', 'af59aeac7edd753b2309f6e6104ce6dc1b5e0ec324e7f1e5d2c1ada6de5d62f0', NULL, NULL, 1, NULL, NULL, 'reused', 'r1', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (17, 'batch-2', 'test.weighed', '2024-03-03', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":2,"region":"r2","treatment":"recycled"}', '40bf9591c2de410f43dfbde5e78c853efb2169713a57fdc5bab4f0fb344a99cc', NULL, NULL, 2, NULL, NULL, 'recycled', 'r2', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (18, 'batch-3', 'test.weighed', '2024-04-04', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":3,"region":"r0","treatment":"collected"}', 'd19f74cb41cbe86c5011089f655b0bd7cc1d1764d0ebd843ba0e434470cb4d0e', NULL, NULL, 3, NULL, NULL, 'collected', 'r0', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (19, 'batch-4', 'test.weighed', '2024-05-05', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":4,"region":"r1","treatment":"reused"}', '22a218edd86bfd3e093481698d131ff532efda3b508a2cdbc8e7aba3f5c2254a', NULL, NULL, 4, NULL, NULL, 'reused', 'r1', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (20, 'batch-5', 'test.weighed', '2024-06-06', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":5,"region":"r2","treatment":"recycled"}', 'ca13d08f4386febdccfd3c966611f027ca2504d2dcc4ff240df26585765f329b', NULL, NULL, 5, NULL, NULL, 'recycled', 'r2', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (21, 'batch-6', 'test.weighed', '2024-07-07', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":6,"region":"r0","treatment":"collected"}', '605d107329de2a23a850c365508497bbdb31a5b7483c04f864d8a8953f7614be', NULL, NULL, 6, NULL, NULL, 'collected', 'r0', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (22, 'batch-7', 'test.weighed', '2024-08-08', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":7,"region":"r1","treatment":"reused"}', '5b45886a61d56a775f3d5af9329f7963f2f8781a9c52caeaabc5f0e03dc7dc9d', NULL, NULL, 7, NULL, NULL, 'reused', 'r1', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (23, 'batch-8', 'test.weighed', '2024-09-09', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":8,"region":"r2","treatment":"recycled"}', '8110069b9ee69c44eeeb4f8fa8394ff0c9d53acc349532b7eea15dad86a03736', NULL, NULL, 8, NULL, NULL, 'recycled', 'r2', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (24, 'batch-9', 'test.weighed', '2024-10-10', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":9,"region":"r0","treatment":"collected"}', '91d890f27ed52fbb82419655f0a2dd658178efbdc26d98276cea68ed03d73fad', NULL, NULL, 9, NULL, NULL, 'collected', 'r0', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (25, 'batch-10', 'test.weighed', '2024-11-11', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":10,"region":"r1","treatment":"reused"}', '4f19582b70ce38452a0b2f28b8f703179c6d8ea7f4e9e6d236f41575695cef3a', NULL, NULL, 10, NULL, NULL, 'reused', 'r1', NULL, NULL, NULL, NULL);
INSERT INTO public.journal VALUES (26, 'batch-11', 'test.weighed', '2024-12-12', '2025-02-14T12:01:38.001722Z', 'batch', NULL, '{"mass_t":11,"region":"r2","treatment":"recycled"}', '56d7b99395a2a198daba7e1cd3f8e6e847085421620641683b6ea888cd883909', NULL, NULL, 11, NULL, NULL, 'recycled', 'r2', NULL, NULL, NULL, NULL);
INSERT INTO public.journal_version VALUES ('0001');
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_key_key UNIQUE (key);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_reverses_key UNIQUE (reverses);
ALTER TABLE ONLY public.journal_version
    ADD CONSTRAINT journal_version_pkc PRIMARY KEY (version_num);
CREATE INDEX journal_root ON public.journal USING btree (root) WHERE (root IS NOT NULL);
CREATE TRIGGER journal_no_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION public.journal_append_only();
ALTER TABLE public.journal ENABLE ALWAYS TRIGGER journal_no_change;
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_reverses_fkey FOREIGN KEY (reverses) REFERENCES public.journal(seq);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_root_fkey FOREIGN KEY (root) REFERENCES public.journal(seq);
