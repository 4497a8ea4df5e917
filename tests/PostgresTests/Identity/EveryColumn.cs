using System.Collections;
using System.IO.Compression;
using System.Text;
using Dicom2Fhir.Mapping;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>Every value of every column of every table of a database, decoded and decompressed.</summary>
static class EveryColumn
{
    /// <summary>Binary columns with a form of their own; the others are read as they are, and unpacked when they can be.</summary>
    static readonly Dictionary<string, Func<byte[], byte[]>> Coded = new()
    {
        ["intake.series.attributes"] = bytes => Encoding.UTF8.GetBytes(string.Join('\n', SeriesAttributes.Decode(bytes).Instances.SelectMany(instance => instance.Values))),
    };

    public static async Task<IReadOnlyList<(string Place, byte[] Value)>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var values = new List<(string, byte[])>();
        foreach (var (schema, table, column, type) in await ColumnsAsync(database, cancellationToken))
        {
            var place = $"{schema}.{table}.{column}";
            var isBits = type.StartsWith("bit", StringComparison.Ordinal);
            await using var command = database.CreateCommand($"select \"{column}\"{(type == "bytea" || isBits ? "" : "::text")} from \"{schema}\".\"{table}\" where \"{column}\" is not null");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                values.Add((place, isBits ? Packed(reader.GetFieldValue<BitArray>(0)) : type == "bytea" ? Decoded(place, reader.GetFieldValue<byte[]>(0)) : Encoding.UTF8.GetBytes(reader.GetString(0))));
            }
        }

        return values;
    }

    /// <summary>A value as it is, with what it unpacks to behind it if it is packed.</summary>
    public static byte[] Decoded(string place, byte[] bytes)
    {
        if (Coded.TryGetValue(place, out var decode)) return decode(bytes);
        foreach (var unpack in new Func<Stream, Stream>[] { stream => new GZipStream(stream, CompressionMode.Decompress), stream => new ZLibStream(stream, CompressionMode.Decompress), stream => new BrotliStream(stream, CompressionMode.Decompress) })
        {
            try
            {
                using var unpacked = new MemoryStream();
                using var stream = unpack(new MemoryStream(bytes));
                stream.CopyTo(unpacked);
                if (unpacked.Length > 0) return [.. bytes, .. unpacked.ToArray()];
            }
            catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or IOException)
            {
                // not packed this way; bytes that happen to look like zlib with a preset dictionary are an IOException
            }
        }

        return bytes;
    }

    static byte[] Packed(BitArray bits)
    {
        var bytes = new byte[(bits.Length + 7) / 8];
        bits.CopyTo(bytes, 0);
        return bytes;
    }

    static async Task<List<(string Schema, string Table, string Column, string Type)>> ColumnsAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var columns = new List<(string, string, string, string)>();
        await using var command = database.CreateCommand(
            """
            select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
              from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
             where c.relkind in ('r', 'p', 'm') and a.attnum > 0 and not a.attisdropped and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
             order by 1, 2, a.attnum
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) columns.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        return columns;
    }
}
