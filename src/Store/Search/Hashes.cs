using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.Store.Search;

/// <summary>64-bit hashes the typed rows of identifiers and strings hold.</summary>
static class Hashes
{
    /// <summary>An identifier; system null: whatever the system.</summary>
    public static long Identifier(string? system, string value) => Of(system is null ? "v" + value : $"s{system.Length}|{system}{value}");

    /// <summary>Every identifier of a system (system| without a value).</summary>
    public static long System(string system) => Of("a" + system);

    /// <summary>An identifier by its type.</summary>
    public static long Typed(string system, string code, string value) => Of($"o{system.Length}|{code.Length}|{system}{code}{value}");

    /// <summary>A string letter for letter.</summary>
    public static long Exact(string text) => Of("e" + text);

    static long Of(string text) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
