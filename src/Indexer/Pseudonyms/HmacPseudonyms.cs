using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Keyed pseudonyms (design decision 3): HMAC-SHA-256 over purpose, issuer and value, each with its length, so that no two inputs look alike. Without
/// the key nobody can test a guessed Patient ID.
/// </summary>
sealed class HmacPseudonyms(byte[] key) : IPseudonymService
{
    public string PatientPseudonym(string issuer, string patientId) => Hash("patient", issuer, patientId)[..48];

    public string AccessionPseudonym(string accession) => Hash("accession", accession)[..32];

    string Hash(params string[] parts)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hmac.AppendData(length);
            hmac.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
