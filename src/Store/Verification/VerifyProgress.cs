using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store.Verification;

/// <summary>Where a verification is: kept in the database after every step, so that one that was cut off can go on.</summary>
public sealed class VerifyProgress
{
    readonly NpgsqlDataSource database;

    VerifyProgress(NpgsqlDataSource database) => this.database = database;

    /// <summary>The last step that was done; "" at the beginning.</summary>
    public string Step { get; private set; } = "";

    public long Checked { get; private set; }

    /// <summary>How much there was to check when it began or went on: numbers, studies, resources.</summary>
    public long Total { get; private set; }

    /// <summary>What was found before it was cut off.</summary>
    public IReadOnlyList<Violation> Found { get; private set; } = [];

    /// <param name="resume">Go on where an unfinished verification was cut off, if there is one.</param>
    public static async Task<VerifyProgress> BeginAsync(NpgsqlDataSource database, bool resume, CancellationToken cancellationToken)
    {
        var progress = new VerifyProgress(database);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        progress.Total = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select (select count(*) from search_row) + (select count(distinct study_uid) from intake.series) + (select count(*) from resource where version > 0)",
            commandTimeout: 0, cancellationToken: cancellationToken));
        if (resume)
        {
            var kept = await connection.QueryFirstOrDefaultAsync<(string? Step, long Checked)>(new CommandDefinition(
                "select step, checked from intake.verification where finished is null", cancellationToken: cancellationToken));
            if (kept.Step is { } step)
            {
                (progress.Step, progress.Checked) = (step, kept.Checked);
                progress.Found = [.. await connection.QueryAsync<Violation>(new CommandDefinition(
                    "select check_name as Check, resource as Resource, text as Text from intake.violation order by id", cancellationToken: cancellationToken))];
                return progress;
            }
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            begin;
            delete from intake.verification;
            delete from intake.violation;
            insert into intake.verification (started, step, checked) values (clock_timestamp(), '', 0);
            commit;
            """,
            cancellationToken: cancellationToken));
        return progress;
    }

    /// <summary>Remembers a step with what it found.</summary>
    public async Task DoneAsync(string step, long more, IReadOnlyCollection<Violation> found, CancellationToken cancellationToken)
    {
        (Step, Checked) = (step, Checked + more);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with found as (
                insert into intake.violation (check_name, resource, text) select * from unnest(@Checks, @Resources, @Texts)
            )
            update intake.verification set step = @Step, checked = @Checked
            """,
            new
            {
                Step, Checked,
                Checks = found.Select(row => row.Check).ToArray(),
                Resources = found.Select(row => StoredText.Clean(row.Resource)).ToArray(),
                Texts = found.Select(row => StoredText.Clean(row.Text)).ToArray(),
            },
            cancellationToken: cancellationToken));
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("update intake.verification set finished = clock_timestamp()", cancellationToken: cancellationToken));
    }
}
