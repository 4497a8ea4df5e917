using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Everything made with the pseudonym key (design decisions 3, 4 and 16): HMAC-SHA-256 over purpose and parts, each with its length, so that no two
/// inputs look alike and no purpose gives away another's value. Without the key nobody can test a guessed value.
/// </summary>
sealed class KeyedHash(byte[] key)
{
    /// <summary>Names the key without telling anything of it: 16 hex digits.</summary>
    public string KeyId => Hex("key-id")[..16];

    /// <summary>48 hex digits: a FHIR id.</summary>
    public string Patient(PatientKey patient) => Hex("patient", patient.Issuer, patient.Id)[..48];

    /// <summary>What the store compares to notice that two patients got one pseudonym: 16 bytes.</summary>
    public byte[] Original(PatientKey patient) => Bytes("original", patient.Issuer, patient.Id)[..16];

    /// <summary>32 hex digits.</summary>
    public string Accession(string accession) => Hex("accession", accession)[..32];

    /// <summary>A UID of 128 bits below 2.25 (PS3.5 annex B.2); as long as a UID made of a UUID.</summary>
    public string Uid(string uid) =>
        "2.25." + new BigInteger(Bytes("uid", uid).AsSpan(0, 16), isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);

    /// <summary>16 hex digits: the devices of a site stay apart.</summary>
    public string Device(string text) => Hex("device", text)[..16];

    /// <summary>Id of a resource by its recipe, where an unkeyed hash could be tested against known UIDs: 32 hex digits.</summary>
    public string Id(string recipe) => Hex("id", recipe)[..32];

    /// <summary>Key of an input in the ledger: a path may hold the name of a patient.</summary>
    public byte[] InputName(string name) => Bytes("input", name);

    /// <summary>Of content that could not be stored, by its digest: a short header could be guessed whole.</summary>
    public byte[] Content(ReadOnlySpan<byte> digest) => Bytes("content", Convert.ToHexString(digest));

    string Hex(params ReadOnlySpan<string> parts) => Convert.ToHexStringLower(Bytes(parts));

    byte[] Bytes(params ReadOnlySpan<string> parts)
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

        return hmac.GetHashAndReset();
    }
}
