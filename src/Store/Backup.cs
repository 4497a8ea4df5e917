using System.Globalization;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Backup and restore over PostgreSQL's own programs: one file in pg_dump's custom format, one moment of the database, taken beside index runs and searches.</summary>
public sealed class Backup(NpgsqlDataSource database, string connectionString)
{
    // Everything that is restored is committed at once, in the place of everything that was there.
    const string MakeRoom =
        """
        set client_min_messages = warning;
        drop schema if exists intake cascade;
        drop schema if exists public cascade;
        create schema public;
        grant usage on schema public to public;

        """;

    readonly PostgresTools tools = new(connectionString);

    /// <summary>Writes a backup; the file is there when it is whole. Readable by its owner alone.</summary>
    /// <exception cref="StoreException">The programs are missing or fail; says why.</exception>
    public async Task WriteAsync(string file, CancellationToken cancellationToken)
    {
        var partial = file + ".partial";
        try
        {
            await using (var created = new FileStream(partial, new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                var result = await tools.RunAsync("pg_dump", ["--format=custom", "--no-owner"], null, stream => stream.CopyToAsync(created, cancellationToken), cancellationToken);
                if (result.ExitCode != 0) throw new StoreException($"pg_dump failed: {result.Error}");
                created.Flush(flushToDisk: true);
            }

            File.Move(partial, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The backup cannot be written: {exception.Message}", exception);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Puts a backup in the place of everything in the database, in one transaction, and migrates it to this program's schema.</summary>
    /// <param name="replace">True: what is stored now may go.</param>
    /// <exception cref="StoreException">The file is no backup or of a newer program, the database is in use or not empty, or a program fails; says which. Nothing has changed then.</exception>
    public async Task RestoreAsync(string file, bool replace, CancellationToken cancellationToken)
    {
        var schema = await SchemaAsync(file, cancellationToken);
        if (schema > Migrator.Latest) throw new StoreException($"The backup has schema {schema}, this program knows {Migrator.Latest}: use a newer program.");
        await RefuseAsync(replace, cancellationToken);

        PostgresTools.Result? script = null;
        var result = await tools.RunAsync(
            "psql", ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"],
            async input =>
            {
                await input.WriteAsync(System.Text.Encoding.UTF8.GetBytes(MakeRoom), cancellationToken);
                script = await tools.RunAsync("pg_restore", ["--no-owner", "--file=-", file], null, output => output.CopyToAsync(input, cancellationToken), cancellationToken);
                if (script.ExitCode != 0) await input.WriteAsync("\n\\quit 3\nselect 1/0;\n"u8.ToArray(), cancellationToken);
            },
            null, cancellationToken);
        if (script is { ExitCode: not 0 }) throw new StoreException($"pg_restore failed, nothing was changed: {script.Error}");
        if (result.ExitCode != 0) throw new StoreException($"The restore failed, nothing was changed: {result.Error}");

        database.Clear();
        await Migrator.MigrateAsync(database, cancellationToken);
    }

    /// <summary>The newest script in the journal of a backup.</summary>
    async Task<int> SchemaAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file)) throw new StoreException($"{file} does not exist.");
        var text = "";
        var result = await tools.RunAsync(
            "pg_restore", ["--data-only", "--schema=public", "--table=journal", "--file=-", file], null,
            async output => text = await new StreamReader(output).ReadToEndAsync(cancellationToken), cancellationToken);
        if (result.ExitCode != 0) throw new StoreException($"{file} is not a backup of pg_dump: {result.Error}");
        var numbers = text.Split('\n').Select(line => line.Split('\t')).Where(cells => cells.Length > 2)
            .Select(cells => int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToList();
        return numbers.Count > 0 && numbers.Max() > 0 ? numbers.Max() : throw new StoreException($"{file} is not a backup of this program.");
    }

    async Task RefuseAsync(bool replace, CancellationToken cancellationToken)
    {
        database.Clear();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (others, stored) = await connection.QuerySingleAsync<(string? Others, bool Stored)>(new CommandDefinition(
            """
            select (select string_agg(distinct coalesce(nullif(application_name, ''), usename), ', ') from pg_stat_activity
                     where datname = current_database() and usename is not null and coalesce(backend_type, 'client backend') = 'client backend' and pid <> pg_backend_pid()),
                   exists (select from resource) or exists (select from intake.input)
            """,
            cancellationToken: cancellationToken));
        if (others is not null) throw new StoreException($"The database is in use ({others}): end all other programs first (serve, index, import ...), a restore changes what they remember.");
        if (stored && !replace) throw new StoreException("The database is not empty: say --yes to put the backup in the place of what is stored, or use another data folder.");
    }
}
