using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Dicom;

/// <summary>
/// Seeded mutants of the corpus: the readers answer or throw <see cref="DicomFormatException"/>, nothing else, and take memory by the bytes there are.
/// DICOM2FHIR_FUZZ_MUTANTS sets how many, DICOM2FHIR_FUZZ_SEED where to begin.
/// </summary>
public sealed class MutationTests
{
    const int FirstBytes = 12 * 1024;

    // An element of 8 bytes becomes an object, a list slot and a problem at most; the constant is the buffer.
    const long BytesAnInputByte = 60, BytesAlways = 512 * 1024;

    static readonly int Mutants = Setting("DICOM2FHIR_FUZZ_MUTANTS", 3000);

    static readonly int Seed = Setting("DICOM2FHIR_FUZZ_SEED", 20240131);

    [Fact]
    public void Mutants_of_the_corpus_are_read_or_refused()
    {
        var originals = CorpusTests.Rows().Select(CorpusTests.PathOf).Select(Beginning).Where(bytes => bytes.Length > 0).ToArray();
        Random random = new(Seed);
        Part10Reader.Read(new MemoryStream(DataSetBytes.Around(_ => { })), TagMap.ReadSet, Limits.Default, TestContext.Current.CancellationToken);      // what is set up once
        var read = 0;
        for (var i = 0; i < Mutants; i++)
        {
            var mutant = Mutate(originals[random.Next(originals.Length)], random);
            var readSet = i % 2 == 0 ? ReadSet.All : TagMap.ReadSet;
            if (Survives(mutant, i, stream => [Part10Reader.Read(stream, readSet, Limits.Default, TestContext.Current.CancellationToken)])) read++;
        }

        Assert.InRange(read, Mutants / 4, Mutants);
    }

    [Fact]
    public void Mutants_of_dicom_json_are_read_or_refused()
    {
        var originals = CorpusTests.Rows().Select(CorpusTests.PathOf).Select(Json).OfType<byte[]>().ToArray();
        Random random = new(Seed);
        var read = 0;
        for (var i = 0; i < Mutants / 4; i++)
        {
            var mutant = Mutate(originals[random.Next(originals.Length)], random, changes: 1);
            if (Survives(mutant, i, stream => DicomJsonReader.Read(stream, ReadSet.All, Limits.Default, TestContext.Current.CancellationToken).Select(entry => entry.File).OfType<DicomFile>())) read++;
        }

        Assert.InRange(read, Mutants / 40, Mutants);
    }

    static int Setting(string name, int value) => int.Parse(Environment.GetEnvironmentVariable(name) ?? value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>True when a header came out, whose attributes can be taken too.</summary>
    static bool Survives(byte[] mutant, int number, Func<Stream, IEnumerable<DicomFile>> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using MemoryStream stream = new(mutant);
            var files = read(stream).ToList();
            CheckMemory(before, Math.Max(mutant.Length, files.Sum(file => file.HeaderBytes)));
            foreach (var file in files) TagMap.Extract(file.DataSet);
            return files.Count > 0;
        }
        catch (DicomFormatException fault)
        {
            CheckMemory(before, Math.Max(mutant.Length, fault.Offset));
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"mutant {number} of seed {Seed}: {Convert.ToBase64String(mutant)}", exception);
        }
    }

    /// <param name="received">What was walked through: of a deflated file more than it has.</param>
    static void CheckMemory(long before, long received)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > (BytesAnInputByte * received) + BytesAlways) throw new InvalidOperationException($"{allocated} bytes for {received}");
    }

    static byte[]? Json(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var file = Part10Reader.Read(stream, ReadSet.All, Limits.Default, TestContext.Current.CancellationToken);
            using MemoryStream json = new();
            using (Utf8JsonWriter writer = new(json)) DicomJsonWriter.Write(writer, file.DataSet);
            return json.Length <= 4 * FirstBytes ? json.ToArray() : null;
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    static byte[] Beginning(string path)
    {
        using var stream = File.OpenRead(path);
        var bytes = new byte[Math.Min(FirstBytes, stream.Length)];
        stream.ReadExactly(bytes);
        return bytes;
    }

    internal static byte[] Mutate(byte[] original, Random random, int changes = 7)
    {
        var bytes = original.ToArray();
        for (var change = random.Next(1, changes + 1); change > 0; change--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                case 3:
                    bytes.AsSpan(at, Math.Min(4, bytes.Length - at)).Fill(0xFF);
                    break;
                case 4:
                    var length = Math.Min(random.Next(64), bytes.Length - at);
                    bytes = [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]];
                    break;
                default:
                    bytes = [.. bytes[..at], 0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }
}
