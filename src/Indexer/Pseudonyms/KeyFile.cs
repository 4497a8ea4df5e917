using System.Security.Cryptography;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>The pseudonym key: 32 random bytes, readable by its owner alone. Lost, the same patients get other pseudonyms: keep a copy.</summary>
static class KeyFile
{
    const int Size = 32;
    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the key; makes it on first use.</summary>
    /// <exception cref="SettingException">Others can read the file, or it is no key.</exception>
    public static byte[] ReadOrCreate(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            // CreateNew: of two processes that start at once one makes the key, the other reads it.
            using var created = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private });
            var key = RandomNumberGenerator.GetBytes(Size);
            created.Write(key);
            created.Flush(flushToDisk: true);
            return key;
        }
        catch (IOException) when (File.Exists(path))
        {
            return Read(path);
        }
    }

    /// <summary>Reads the key.</summary>
    /// <exception cref="SettingException">It is not there, others can read the file, or it is no key.</exception>
    public static byte[] Read(string path)
    {
        if (!File.Exists(path)) throw new SettingException($"The pseudonym key {path} does not exist.");
        if ((File.GetUnixFileMode(path) & ~Private) != 0) throw new SettingException($"The pseudonym key {path} can be read by others: chmod 600 it, and make a new one if it was read.");
        for (var attempt = 0; ; attempt++)
        {
            var key = File.ReadAllBytes(path);
            if (key.Length == Size) return key;
            if (attempt == 50) throw new SettingException($"The pseudonym key {path} has {key.Length} bytes, not {Size}: put the right one back.");
            Thread.Sleep(10);       // another process is just writing it
        }
    }
}
