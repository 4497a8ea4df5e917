using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dicom2Fhir.Load.Run;

/// <summary>
/// What no server on this machine can beat: an endpoint that answers a few bytes, the same after one <c>select 1</c>, and pages of stored bytes that go
/// from COPY into the answer without being looked at. Every figure of a run stands beside the floor of the same run.
/// </summary>
static class FloorServer
{
    static readonly byte[] Trivial = Encoding.UTF8.GetBytes(
        """{"resourceType":"Bundle","type":"searchset","total":350081,"link":[{"relation":"self","url":"http://127.0.0.1:8080/fhir/ImagingStudy?modality=CT&_summary=count"}]}""");

    public static async Task<int> RunAsync(Options options)
    {
        await using var database = NpgsqlDataSource.Create(options.Connection);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{options.Port}"));
        await using var app = builder.Build();
        app.MapGet("/trivial", (HttpContext context) => SendAsync(context));
        app.MapGet("/select1", async (HttpContext context) =>
        {
            await using var connection = await database.OpenConnectionAsync(context.RequestAborted);
            await using var command = new NpgsqlCommand("select 1", connection);
            await command.PrepareAsync(context.RequestAborted);
            await command.ExecuteScalarAsync(context.RequestAborted);
            await SendAsync(context);
        });

        long[] wanted = [];
        app.MapGet("/choose", async (HttpContext context, string? modality) =>
        {
            wanted = await ChooseAsync(database, modality);
            await context.Response.WriteAsync(wanted.Length.ToString(CultureInfo.InvariantCulture));
        });
        app.MapGet("/documents", (HttpContext context, int page) => CopyAsync(context, database, DocumentsOf(wanted, page)));
        app.MapGet("/subjects", (HttpContext context, int page) => CopyAsync(context, database, SubjectsOf(wanted, page)));
        app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine("ready"));
        await app.RunAsync();
        return 0;
    }

    static async Task SendAsync(HttpContext context)
    {
        context.Response.ContentLength = Trivial.Length;
        await context.Response.BodyWriter.WriteAsync(Trivial, context.RequestAborted);
    }

    // Rows of a drain, chosen before the clock starts: all studies, or those with a modality.
    static async Task<long[]> ChooseAsync(NpgsqlDataSource database, string? modality)
    {
        await using var command = database.CreateCommand(
            """
            select s.resource_id from search_row s
             where s.type = 1 and s.gone_at is null
               and ($1 is null or exists (select from bits b join term t on t.id = b.term
                    where t.type = 1 and t.param = 'modality' and t.kind = 't' and t.code = $1 and b.block = s.no / 32000 and get_bit(b.b, (s.no % 32000)::int) = 1))
             order by s.no
            """);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)modality ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        var ids = new List<long>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) ids.Add(reader.GetInt64(0));
        return [.. ids];
    }

    static string DocumentsOf(long[] ids, int page) => $"copy (select r.document from {Rows(ids, page)} join resource r on r.resource_id = v.id) to stdout (format binary)";

    static string SubjectsOf(long[] ids, int page) =>
        $"copy (select r.id, r.outline from {Rows(ids, page)} join resource r on r.resource_id = v.id) to stdout (format binary)";

    // 64-bit integers are the only values that may stand in SQL text.
    static string Rows(long[] ids, int page) =>
        $"unnest(array[{string.Join(',', ids.Skip(page * 1000).Take(1000).Select(id => id.ToString(CultureInfo.InvariantCulture)))}]::bigint[]) v(id)";

    static async Task CopyAsync(HttpContext context, NpgsqlDataSource database, string copy)
    {
        await using var connection = await database.OpenConnectionAsync(context.RequestAborted);
        await using var rows = await connection.BeginRawBinaryCopyAsync(copy, context.RequestAborted);
        var buffer = new byte[1 << 16];
        for (int read; (read = await rows.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted)) > 0;)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
        }
    }
}
