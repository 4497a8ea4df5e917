using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.Indexer.Sources;

/// <summary>Something offered to the program: accounted for under its name with exactly one outcome.</summary>
/// <param name="Name">PATH, PATH!member, PATH:line or PATH#n; absolute.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">UTC; null for what has no time of its own.</param>
sealed record Input(string Name, FileKind Kind, long Size, DateTime? Modified)
{
    /// <summary>Key of the ledger: names may be longer than an index entry, and may have to stay out of the database.</summary>
    public byte[] NameHash { get; } = HashOf(Name);

    public static byte[] HashOf(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));
}
